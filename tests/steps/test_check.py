"""What `check` says of versions that people change: the tiers' rules, and nothing but them."""

import pytest
from builders import PODINFO, configuration, digest, rule, source, tier
from doubles.checking import DEV, LIVE, SOAKS, STAGING, TIERS, VERSIONS, checked, code, noted, said, soaked, story
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.ledger.model import Ledger, Matter, Word
from bot.model.proposals import SaidStatus, State
from bot.model.proposing import Proposing, Rollback
from bot.model.tiers import RequiredStatus
from bot.reasons import UNREACHABLE
from bot.report.annotations import Level, annotations_of
from bot.report.exit_code import FailOn
from bot.report.headline import headline
from bot.report.run_report import findings
from bot.steps.past.remember import read_past, remember


def test_a_version_that_the_tier_may_have_is_fine() -> None:
    report = checked(story(), {DEV: release("1.2.4")})
    assert (said(report), code(report)) == ([], ExitCode.DONE)
    assert headline(report) == "1 version changed, nothing speaks against it"


def test_a_version_that_does_not_exist_is_found_on_its_line_and_ends_with_3() -> None:
    report = checked(story(), {DEV: release("1.2.9")})
    assert (said(report), code(report)) == (["tag-missing"], ExitCode.ALARMED)
    assert headline(report) == "1 version changed, 1 finding"
    [annotation] = annotations_of(report)
    assert (annotation.level, annotation.path, annotation.line) == (Level.ERROR, DEV, 10)
    assert code(report, FailOn.ALARM) == ExitCode.DONE


def test_what_nobody_changes_is_not_judged_and_not_asked_for() -> None:
    told = story(files={"apps/dev/b.yaml": release("9.9.9", chart="redis")})
    assert headline(checked(told, {"README.md": "x"})) == "no version of a tier is changed"
    checked(told, {DEV: release("1.2.4")})
    assert {str(one.address) for one in told.registry.listed} == {PODINFO}


def test_what_the_base_moved_to_meanwhile_is_nobodys_edit() -> None:
    told = story()
    began = told.remote.branches["main"]
    told.write({DEV: release("2.0.0")})
    assert said(checked(told, {"README.md": "x"}, start=began)) == []
    assert headline(checked(told, {"README.md": "x"}, start=began)) == "no version of a tier is changed"


def test_a_version_beyond_what_the_tier_follows_is_found() -> None:
    told = story(configuration(tier("dev", "minor"), tier("staging", "any")))
    report = checked(told, {DEV: release("2.0.0")})
    assert said(report) == ["beyond-tier"]
    assert "2.0.0 is not for dev" in findings(report)[0].sentence


def test_a_tier_that_never_moves_by_itself_is_moved_by_people() -> None:
    assert said(checked(story(configuration(tier("dev", "exact"))), {DEV: release("2.0.0")})) == []


def test_a_skipped_version_is_found_also_on_the_way_back() -> None:
    settings = configuration(tier("dev", "any"), rules=[rule(skip=["1.2.2", "1.2.4"])])
    assert said(checked(story(settings), {DEV: release("1.2.4")})) == ["beyond-tier"]
    assert said(checked(story(settings), {DEV: release("1.2.2")})) == ["beyond-tier"]


def test_the_comment_on_the_line_counts_from_the_version_before() -> None:
    comment = "{} # flux-chart-bot: patch"
    told = story(files={DEV: release(comment.format("1.2.3"))})
    assert said(checked(told, {DEV: release(comment.format("1.2.4"))})) == []
    assert said(checked(told, {DEV: release(comment.format("1.3.0"))})) == ["beyond-tier"]


@pytest.mark.parametrize("path", [STAGING, LIVE])
def test_a_version_that_has_not_soaked_is_found_in_production_too(path: str) -> None:
    told = soaked("1.2.4", days=2.9)
    assert said(checked(told, {path: release("1.2.4")})) == ["not-soaked"]
    assert said(checked(told, {path: release("1.2.5")})) == ["not-soaked"]
    told.pass_by(hours=3)
    assert said(checked(told, {path: release("1.2.4")})) == []


def test_a_version_that_dev_ran_for_long_enough_and_left_for_a_newer_one_is_fine() -> None:
    told = soaked("1.2.4", days=4)
    told.write({DEV: release("1.2.5")})
    told.run()
    for number in range(40):
        told.write({"README.md": str(number)})
    told.pass_by(days=4).run()
    assert said(checked(told, {LIVE: release("1.2.4")})) == []
    assert said(checked(told, {LIVE: release("1.2.5")})) == []


def test_what_the_pull_request_itself_changes_in_dev_is_no_soak() -> None:
    told = soaked("1.2.3", days=9)
    report = checked(told, {DEV: release("1.2.4"), STAGING: release("1.2.4")})
    assert said(report) == ["not-soaked"]


def test_a_version_that_is_not_green_where_the_tier_wants_it_is_found() -> None:
    told = soaked("1.2.4", days=4)
    wants = replace(SOAKS, with_status=(RequiredStatus(context="e2e", creator="ann"),))
    told.configuration = configuration(TIERS[0], tier("staging", "any", pace=wants))
    assert said(checked(told, {STAGING: release("1.2.4")})) == ["not-green-yet"]


def test_one_that_failed_is_not_told_to_wait() -> None:
    told = soaked("1.2.4", days=4)
    wants = replace(SOAKS, with_status=(RequiredStatus(context="e2e", creator="ann"),))
    told.configuration = configuration(TIERS[0], tier("staging", "any", pace=wants))
    red = SaidStatus(context="e2e", creator="ann", state=State.FAILURE)
    [finding] = findings(checked(told, {STAGING: release("1.2.4")}, statuses=lambda _: (red,)))
    assert str(finding) == (
        "1.2.4 is not for staging: `e2e` of ann failed in dev. See why it failed there, or take a version that is green"
    )


def test_a_version_that_is_green_where_the_tier_wants_it_is_fine() -> None:
    told = soaked("1.2.4", days=4)
    wants = replace(SOAKS, with_status=(RequiredStatus(context="e2e", creator="ann"),))
    told.configuration = configuration(TIERS[0], tier("staging", "any", pace=wants))
    green = SaidStatus(context="e2e", creator="ann", state=State.SUCCESS)
    assert said(checked(told, {STAGING: release("1.2.4")}, statuses=lambda _: (green,))) == []


def test_a_pull_request_cannot_take_away_who_did_not_run_it() -> None:
    told = soaked("1.2.4", days=4)
    other = "apps/dev/b.yaml"
    told.write({other: release("1.2.3", name="other")})
    report = checked(told, {other: None, STAGING: release("1.2.4")})
    assert said(report) == ["not-soaked"]


def test_going_back_needs_no_soak() -> None:
    assert said(checked(story(), {LIVE: release("1.2.2")})) == []


def test_a_held_version_is_found() -> None:
    told = story()
    words = {Matter(chart=PODINFO, version="1.2.4"): Word(at=told.now, held=True, why="it loses data")}
    remember(Ledger(words=words), read_past(told.repository, None), told.forge.us)
    report = checked(told, {DEV: release("1.2.4")})
    assert said(report) == ["held-edit"]
    assert "it loses data" in findings(report)[0].sentence
    assert said(checked(told, {DEV: release("1.2.5")})) == []


def test_a_digest_has_to_be_that_of_its_tag() -> None:
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    told.write({DEV: oci(f"{{tag: 1.2.3, digest: '{digest('a')}'}}")})
    right, wrong = (oci(f"{{tag: 1.2.4, digest: '{digest(sign)}'}}") for sign in "ba")
    assert said(checked(told, {DEV: right})) == []
    report = checked(told, {DEV: wrong})
    assert said(report) == ["digest-differs"]
    assert digest("b") in findings(report)[0].sentence
    assert said(checked(told, {DEV: oci(f"{{tag: 1.2.3, digest: '{digest('b')}'}}")})) == ["digest-differs"]


def test_several_tiers_at_once_are_a_warning_unless_it_is_named_in_fail_on() -> None:
    told = soaked("1.2.4", days=4)
    report = checked(told, {STAGING: release("1.2.4"), LIVE: release("1.2.4")})
    assert (said(report), noted(report), code(report)) == ([], ["several-tiers"], ExitCode.DONE)
    assert "staging, live" in report.passed_over[0].reason.sentence
    assert code(report, FailOn.SEVERAL_TIERS) == ExitCode.ALARMED


def test_a_suspended_release_is_judged_and_said() -> None:
    suspended = "  suspend: true\n"
    told = story(files={DEV: release("1.2.3", extra=suspended)})
    report = checked(told, {DEV: release("1.2.9", extra=suspended)})
    assert (said(report), noted(report)) == (["tag-missing"], ["edit-suspended"])


def test_what_cannot_be_judged_is_no_success() -> None:
    told = story()
    told.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="it is away")
    report = checked(told, {DEV: release("1.2.4")})
    assert (len(findings(report)), code(report)) == (1, ExitCode.ALARMED)


def test_a_new_release_of_a_chart_that_is_new_to_the_tier_has_to_exist_and_nothing_more() -> None:
    told = story().push("ghcr.io/x/redis", "1.3.0")
    new = "apps/staging/new.yaml"
    assert said(checked(told, {new: release("1.3.0", chart="redis")})) == []
    assert said(checked(told, {new: release("7.0.0", chart="redis")})) == ["tag-missing"]


def test_a_moved_file_does_not_hide_a_version() -> None:
    told = story()
    moved = {STAGING: None, "apps/staging/other.yaml": release("1.2.4")}
    assert said(checked(told, moved)) == ["not-soaked"]
    assert headline(checked(told, {STAGING: None, "apps/staging/other.yaml": release("1.2.3")})).startswith(
        "no version"
    )


def test_a_moved_file_counts_from_the_version_that_it_had() -> None:
    told = story(configuration(tier("dev", "minor")))
    assert said(checked(told, {DEV: None, "apps/dev/other.yaml": release("2.0.0")})) == ["beyond-tier"]


def test_another_chart_under_the_same_name_does_not_hide_a_version() -> None:
    told = story().push("ghcr.io/x/redis", "1.2.4")
    assert said(checked(told, {STAGING: release("1.2.4", chart="redis", name="podinfo")})) == ["not-soaked"]


def test_the_pull_request_does_not_bring_its_own_rules() -> None:
    told = story(configuration(tier("dev", "minor")))
    file = "tiers:\n  dev: {paths: ['apps/dev/**'], follow: any}\n"
    assert said(checked(told, {".github/flux-chart-bot.yaml": file, DEV: release("2.0.0")})) == ["beyond-tier"]


def test_a_branch_of_no_tier_is_not_judged() -> None:
    told = story(replace(configuration(*TIERS)))
    told.remote.commit("other", {"x": "y"})
    assert headline(checked(told, {DEV: release("9.9.9")}, start="other", into="other")).startswith("no version")


def test_a_tier_that_goes_back_by_itself_tells_people_just_as_others() -> None:
    back = replace(tier("dev", "any"), proposing=Proposing(rollback=Rollback.PROPOSE))
    report = checked(story(configuration(back, *TIERS[1:])), {DEV: release("1.2.9")})

    assert said(report) == ["tag-missing"]


FINE = release("1.2.3")
OVERLAY = {
    "apps/dev/kustomization.yaml": "resources: [a.yaml]\n",
    DEV: FINE,
}


@pytest.mark.parametrize(
    ("files", "why", "where"),
    [
        pytest.param(
            {DEV: release("${VERSION}")},
            "spec.chart.spec.version holds the variable ${VERSION}",
            (DEV, 10),
            id="variable",
        ),
        pytest.param(
            {"sources/x.yaml": ""}, "HelmRepository x/x is not in this tree", (DEV, 1), id="its source deleted"
        ),
        pytest.param({DEV: f"{FINE}x: [\n"}, "the YAML cannot be read", (DEV, 15), id="a file that cannot be read"),
        pytest.param(
            {"sources/x.yaml": repository(url="https://charts.example").replace("type: oci", "type: default")},
            "not from an OCI registry",
            (DEV, 1),
            id="not OCI",
        ),
        pytest.param(
            {DEV: "", "elsewhere/a.yaml": FINE}, "no tier", ("elsewhere/a.yaml", 10), id="moved out of all tiers"
        ),
        pytest.param(
            {DEV: release("1.2.3 # {}").replace("1.2.3 # {}", '1.2.3 # {"$imagepolicy": "x:y:tag"}')},
            "has an `$imagepolicy` marker",
            (DEV, 10),
            id="handed over to Flux",
        ),
    ],
)
def test_a_version_that_cannot_be_judged_any_more_is_a_finding(
    files: dict[str, str], why: str, where: tuple[str, int]
) -> None:
    report = checked(story(configuration(tier("dev", "any"))), files)
    [finding] = findings(report)
    [annotation] = annotations_of(report)

    assert (finding.id, code(report)) == ("unjudged-now", ExitCode.ALARMED)
    assert why in finding.sentence
    assert finding.sentence.startswith(
        "what HelmRelease x/podinfo runs cannot be judged any more, which was 1.2.3 before"
    )
    assert (annotation.path, annotation.line) == where
    assert headline(report) == "1 version changed, 1 finding"


def test_a_build_that_fails_now_is_a_finding_for_what_it_builds() -> None:
    told = story(configuration(tier("dev", "any")), OVERLAY)
    report = checked(told, {"apps/dev/kustomization.yaml": "resources: [a.yaml, gone.yaml]\n"})

    [finding] = findings(report)
    assert (finding.id, "gone.yaml" in finding.sentence) == ("unjudged-now", True)


def test_who_deletes_a_release_deletes_its_version_and_that_is_fine() -> None:
    report = checked(story(configuration(tier("dev", "any"))), {DEV: ""})
    assert (said(report), headline(report)) == ([], "no version of a tier is changed")


def test_what_could_not_be_judged_before_is_nobodys_fault() -> None:
    told = story(configuration(tier("dev", "any")), {"apps/dev/b.yaml": release("${B}", chart="redis")})
    assert said(checked(told, {"apps/dev/b.yaml": release("${B}", chart="redis") + "# x\n"})) == []
    assert said(checked(told, {"apps/dev/c.yaml": "a: [\n"})) == []


def test_a_release_that_moved_within_its_tier_is_judged_where_it_is() -> None:
    assert said(checked(story(configuration(tier("dev", "any"))), {DEV: "", "apps/dev/z.yaml": FINE})) == []


@pytest.mark.parametrize(
    ("broken", "why"),
    [("resources: [../../base, gone.yaml]\n", "gone.yaml"), ("kind: Nothing\nresources: [../../base]\n", "its kind")],
)
def test_a_root_that_cannot_be_built_any_more_is_told_for_what_it_took_from_elsewhere(broken: str, why: str) -> None:
    dev = configuration(tier("dev", "any", paths=("overlays/dev/**",)))
    files = {
        "base/a.yaml": FINE,
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "overlays/dev/kustomization.yaml": "resources: [../../base, ../../sources/x.yaml]\n",
    }
    told = Story(dev).push(PODINFO, *VERSIONS).write(files)
    report = checked(told, {"overlays/dev/kustomization.yaml": broken})

    [finding] = findings(report)
    assert (finding.id, why in finding.sentence) == ("unjudged-now", True)


class TestTheChartThatRanBelow:
    """Dev ran 1.2.4 for its soak; what people write for production has to be that chart."""

    def soaked(self, dev: str = "{tag: 1.2.4}") -> Story:
        told = Story(configuration(*TIERS)).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
        was = oci("{tag: 1.2.3}")
        told.write({DEV: was, STAGING: was, LIVE: was}).write({DEV: oci(dev)}).run()
        return told.pass_by(days=4)

    def pinned(self, sign: str) -> str:
        return f"{{tag: 1.2.4, digest: '{digest(sign)}'}}"

    @pytest.mark.parametrize("dev", ["{tag: 1.2.4}", f"{{tag: 1.2.4, digest: '{digest('b')}'}}"])
    @pytest.mark.parametrize(
        "ref",
        [
            "{{tag: 1.2.4}}",
            "{{tag: 1.2.4, digest: '{digest}'}}",
            "{{semver: 1.2.4, digest: '{digest}'}}",
            "{{digest: '{digest}'}}",
        ],
    )
    def test_a_tag_that_was_pushed_again_is_another_one_however_it_is_written(self, dev: str, ref: str) -> None:
        told = self.soaked(dev)
        assert said(checked(told, {LIVE: oci(ref.format(digest=digest("b")))})) == []
        told.registry.push(source(PODINFO), "1.2.4", digest("c"))
        report = checked(told, {LIVE: oci(ref.format(digest=digest("c")))})
        assert said(report) == ["digest-not-run"]
        assert findings(report)[0].sentence == (
            f"1.2.4 is {digest('c')} here, and dev ran {digest('b')} as that version"
        )

    def test_the_one_that_ran_may_be_written_though_its_tag_moved_and_that_is_said(self) -> None:
        told = self.soaked()
        told.registry.push(source(PODINFO), "1.2.4", digest("c"))
        assert said(checked(told, {LIVE: oci(self.pinned("b"))})) == ["digest-differs"]

    def test_a_digest_alone_is_compared_as_it_is_written(self) -> None:
        told = self.soaked()
        told.registry.push(source(PODINFO), "kept", digest("b"), version="1.2.4")
        told.registry.push(source(PODINFO), "1.2.4", digest("c"))
        assert said(checked(told, {LIVE: oci(f"{{digest: '{digest('b')}'}}")})) == ["digest-unknown"]

    def test_a_digest_that_is_changed_under_one_version_is_judged_too(self) -> None:
        told = self.soaked(self.pinned("b")).write({LIVE: oci(self.pinned("b"))})
        told.registry.push(source(PODINFO), "1.2.4", digest("c"))
        assert said(checked(told, {LIVE: oci(self.pinned("c"))})) == ["digest-not-run"]

    def test_where_nothing_tells_what_ran_nothing_is_asked(self) -> None:
        told = story().write({DEV: release("1.2.4")})
        told.registry.resolved.clear()
        assert said(checked(told, {LIVE: release("1.2.4")})) == ["not-soaked"]
        assert told.registry.resolved == []

    def test_a_registry_that_is_away_then_is_a_finding(self) -> None:
        told = self.soaked()
        told.registry.lost.add((source(PODINFO), "1.2.4"))
        assert said(checked(told, {LIVE: oci("{tag: 1.2.4}")})) == ["unreachable"]

    def test_a_copy_elsewhere_is_compared_with_what_is_written_below_only(self) -> None:
        for dev, expected in (("{tag: 1.2.4}", []), (self.pinned("b"), ["digest-not-run"])):
            told = self.soaked(dev)
            told.configuration = configuration(*TIERS, same_as={"harbor.x/gh/*": "ghcr.io/x/*"})
            told.push("harbor.x/gh/podinfo", "1.2.3", "1.2.4", digests="de")
            told.write({LIVE: oci("{tag: 1.2.3}", url="oci://harbor.x/gh/podinfo")})
            assert said(checked(told, {LIVE: oci("{tag: 1.2.4}", url="oci://harbor.x/gh/podinfo")})) == expected
