"""`promote`: what the tier before runs, its digests and its evidence, in one draft; or why not, release by release."""

import json
from collections.abc import Mapping

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.flux_manifests import applied
from doubles.github.seeding import Content
from doubles.kills import Killed, killed_at
from doubles.story import Story, oci, release, repository
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bot.errors import ExitCode, UsageError
from bot.ledger.model import Ledger, Matter, Word
from bot.model.commits import EntryKind, FileChange
from bot.model.proposals import SaidStatus, State
from bot.model.proposing import AutoMerge, Extras
from bot.model.tiers import Configuration, RequiredStatus, Tier
from bot.model.verdicts import Current, Edit, Held, Update, Verdict
from bot.report.document import document, schema
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.headline import headline
from bot.report.matrix import matrix
from bot.report.run_report import RunReport
from bot.steps.edit import TierEdits
from bot.steps.past.histories import History
from bot.steps.past.remember import read_past, remember
from bot.steps.prove import prove_promotion

SOAKS = pace(comes_from=["staging"], soak="3d")
STAGING, LIVE = "apps/staging/a.yaml", "apps/live/a.yaml"
BRANCH = "flux-chart-bot/live/promotion"
VERSIONS = ("1.2.2", "1.2.3", "1.2.4", "1.2.5", "2.0.0")
REDIS = "ghcr.io/x/redis"
ASKED = {"chart": PODINFO, "version": "1.2.5", "reason": "it @fixes [the](http://x) leak"}


def live(**changes: object) -> Tier:
    return replace(tier("live", "exact", production=True, pace=SOAKS), **changes)


def settings(production: Tier | None = None, same_as: Mapping[str, str] | None = None) -> Configuration:
    return configuration(tier("staging", "exact"), production or live(), same_as=same_as)


def story(staging: str = "1.2.4", production: str = "1.2.3", configured: Configuration | None = None) -> Story:
    """Both tiers ran the same; then staging moved."""
    told = Story(configured or settings()).push(PODINFO, *VERSIONS)
    told.write({STAGING: release(production), LIVE: release(production)})
    return told.write({STAGING: release(staging)}) if staging != production else told


def soaked(days: float = 4, **given: object) -> Story:
    """The same, seen by a run, and so many days later."""
    told = story(**given)  # type: ignore[arg-type]
    told.run()
    return told.pass_by(days=days)


def decisions(report: RunReport) -> dict[str, str]:
    """For each object what it moves to, or the reason's id; empty for what is current."""
    found: dict[str, str] = {}
    for verdict in report.verdicts:
        match verdict.decision:
            case Update(new=new):
                found[verdict.reference.object.name] = new
            case Held(reason=reason):
                found[verdict.reference.object.name] = reason.id
            case Current():
                found[verdict.reference.object.name] = ""
    return found


def mend(report: RunReport) -> str:
    [reason] = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held)]
    return reason.mend


def sentence(report: RunReport) -> str:
    [reason] = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held)]
    return reason.sentence


def proposed(told: Story, branch: str = BRANCH) -> dict[str, bytes]:
    """The files that a branch changes."""
    tip, base = told.remote.files(branch), told.remote.files("main")
    return {path: data for path, data in tip.items() if data != base.get(path)}


def body(told: Story) -> str:
    [pull] = told.forge.pulls.values()
    return pull.body


def test_the_version_that_the_tier_before_ran_for_its_soak_is_proposed_as_a_draft() -> None:
    told = soaked()
    report = told.promote()
    assert proposed(told) == {LIVE: release("1.2.4").encode()}
    [pull] = told.forge.pulls.values()
    assert (pull.head, pull.base, told.forge.drafts) == (BRANCH, "main", {pull.number})
    assert pull.title == "chore(deps): promote podinfo 1.2.4 to live"
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.DONE


def test_the_evidence_is_in_the_body_with_its_commit_and_the_digest() -> None:
    told = soaked()
    sha = told.remote.branches["main"]
    told.promote()
    assert f"staging has run it since 2026-01-01 00:00 UTC (<code>{sha[:10]}</code>)" in body(told)
    assert told.registry.charts[source(PODINFO)]["1.2.4"].digest.partition(":")[2] in body(told)


def test_the_evidence_names_the_commit_that_brought_the_version_and_not_one_of_the_many_after_it() -> None:
    told = soaked()
    brought = told.remote.branches["main"][:10]
    for number in range(40):
        told.pass_by(hours=1).write({"NOTES": str(number)})
    told.run()
    told.pass_by(days=4).promote()
    assert f"staging has run it since 2026-01-01 00:00 UTC (<code>{brought}</code>)" in body(told)


def test_where_the_commit_that_brought_a_version_lies_too_far_back_the_evidence_says_at_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(History.reach, "__defaults__", ((2, 4),))
    told = soaked()
    for number in range(140):
        told.pass_by(hours=1).write({"NOTES": str(number)})
    told.run()
    told.pass_by(days=4).promote()
    assert "staging has run it at least since 2026-01-10 20:00 UTC" in body(told)


def test_one_that_is_marked_ready_is_left_alone_until_its_last_box_is_ticked() -> None:
    told = soaked()
    told.promote()
    told.forge.pulls[1] = replace(told.forge.pulls[1], draft=False)
    tip, words = told.remote.branches[BRANCH], body(told)
    told.write({STAGING: release("1.2.5")}).run()
    report = told.pass_by(days=4).promote()
    assert (told.remote.branches[BRANCH], body(told)) == (tip, words)
    assert [one.plan.reason.sentence for one in report.outcomes if one.plan.reason] == [
        "#1 is marked as ready for review and stays as it is"
    ]
    told.forge.pulls[1] = replace(told.forge.pulls[1], body=words.replace("- [ ] Make", "- [x] Make"))
    told.promote()
    assert proposed(told) == {LIVE: release("1.2.5").encode()}


def test_the_only_row_stays_out_once_it_is_unticked_until_its_chart_is_named() -> None:
    told = soaked()
    told.promote()
    words = body(told)
    told.forge.pulls[1] = replace(told.forge.pulls[1], body=words.replace("- [x] <code>", "- [ ] <code>"))
    told.promote()
    assert told.forge.pulls == {}
    report = told.promote()
    assert (told.forge.pulls, decisions(report)) == ({}, {"podinfo": "refused"})
    told.promote(chart=PODINFO)
    assert [pull.number for pull in told.forge.pulls.values()] == [2]


def test_a_second_promotion_writes_nothing_at_all() -> None:
    told = soaked()
    told.promote()
    before, written = dict(told.remote.branches), len(told.forge.writes)
    told.pass_by(hours=5).promote()
    assert (told.remote.branches, len(told.forge.writes)) == (before, written)
    assert told.repository.pushes == []


def test_an_update_after_a_promotion_does_not_touch_it() -> None:
    told = soaked()
    told.promote()
    before, written = dict(told.remote.branches), list(told.forge.writes)
    report = told.run()
    assert told.remote.branches == before
    assert [one for one in told.forge.writes[len(written) :] if one[0] != "set_status"] == []
    assert all(one.plan.tier.name != "live" for one in report.outcomes)


def test_only_its_own_head_gets_a_status() -> None:
    told = soaked()
    had = dict(told.forge.set_by_us)
    told.promote()
    new = {sha: said for sha, said in told.forge.set_by_us.items() if sha not in had}
    assert list(new) == [told.remote.branches[BRANCH]]
    assert told.forge.set_by_us[told.remote.branches["main"]] == had[told.remote.branches["main"]]


def test_a_dry_run_writes_nothing_and_tells_all() -> None:
    told = soaked()
    before, written = dict(told.remote.branches), list(told.forge.writes)
    report = told.promotion({}, writes=False)
    assert (told.remote.branches, told.forge.writes) == (before, written)
    assert decisions(report) == {"podinfo": "1.2.4"}
    assert [one.plan.branch for one in report.outcomes] == [BRANCH]


def test_the_plan_keeps_to_its_schema_and_says_what_kind_it_is() -> None:
    told = soaked()
    plan = document(told.promote())
    Draft202012Validator(schema()).validate(json.loads(json.dumps(plan)))
    assert [one["kind"] for one in plan["pull_requests"]] == ["promotion"]
    [ran] = plan["verdicts"][0]["decision"]["promoted"]["ran"]
    assert (ran["tier"], ran["since"]) == ("staging", "2026-01-01T00:00:00+00:00")


def test_the_matrix_says_what_moves() -> None:
    [row] = matrix(soaked().promote())
    assert [" ".join(map(str, cell)) for cell in row.cells] == ["", "1.2.3 -> 1.2.4"]


def test_a_digest_is_promoted_with_its_tag() -> None:
    told = Story(settings()).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    was, new = (oci(f"{{tag: {tag}, digest: {digest(sign)}}}") for tag, sign in (("1.2.3", "a"), ("1.2.4", "b")))
    told.write({STAGING: was, LIVE: was}).write({STAGING: new}).run()
    told.pass_by(days=4).promote()
    assert proposed(told) == {LIVE: new.encode()}


def test_what_the_tier_before_runs_too_is_current_and_nothing_is_opened() -> None:
    told = soaked(staging="1.2.3")
    report = told.promote()
    assert (decisions(report), told.forge.pulls) == ({"podinfo": ""}, {})


class TestRefusals:
    def refused(self, told: Story, **asked: str) -> RunReport:
        before = dict(told.remote.branches)
        report = told.promote(**asked)
        new = {name for name, sha in told.remote.branches.items() if before.get(name) != sha}
        assert new <= {"flux-chart-bot/state/ledger"}
        assert told.forge.pulls == {}
        return report

    def test_what_has_not_soaked(self) -> None:
        told = soaked(days=1)
        report = self.refused(told)
        assert decisions(report) == {"podinfo": "promotion-not-soaked"}
        assert sentence(report) == "1.2.4 has not soaked: waits until 2026-01-04 00:00 UTC, soaks in staging"

    def test_what_nobody_has_seen_yet_and_the_promotion_that_sees_it_first_begins_its_soak(self) -> None:
        told = story()
        self.refused(told)
        assert decisions(told.pass_by(days=3).promote()) == {"podinfo": "1.2.4"}

    def test_what_is_suspended_in_production(self) -> None:
        told = soaked()
        told.write({LIVE: release("1.2.3", extra="  suspend: true\n")})
        assert decisions(self.refused(told)) == {"podinfo": "suspended"}

    def test_what_is_suspended_in_the_tier_before(self) -> None:
        told = soaked()
        told.write({STAGING: release("1.2.4", extra="  suspend: true\n")})
        assert decisions(self.refused(told)) == {"podinfo": "suspended-below"}

    def test_what_is_not_green(self) -> None:
        paced = replace(SOAKS, with_status=(RequiredStatus(context="smoke", creator="ci[bot]"),))
        told = soaked(configured=settings(live(pace=paced)))
        report = self.refused(told)
        assert decisions(report) == {"podinfo": "promotion-not-green"}
        sha = told.remote.branches["main"]
        told.forge.said_by_others[sha] = [SaidStatus(context="smoke", state=State.FAILURE, creator="ci[bot]")]
        assert sentence(self.refused(told)) == "1.2.4 is not green: `smoke` of ci[bot] failed in staging"

    def test_what_a_person_holds(self) -> None:
        told = soaked()
        word = {Matter(chart=PODINFO, version="1.2.4"): Word(at=told.now, held=True, why="it leaks")}
        past = read_past(told.repository, told.remote.branches["flux-chart-bot/state/ledger"])
        remember(Ledger(words=word), past, told.forge.us)
        assert sentence(self.refused(told)) == "1.2.4 is not promoted: held by a person: it leaks"

    def test_what_production_went_back_from(self) -> None:
        told = soaked()
        told.write({LIVE: release("1.2.4")}).write({LIVE: release("1.2.3")})
        assert decisions(self.refused(told)) == {"podinfo": "promotion-taken-back"}

    def test_what_a_comment_on_its_line_excludes(self) -> None:
        told = soaked()
        told.write({LIVE: release("1.2.3 # flux-chart-bot: 1.2.3")})
        assert decisions(self.refused(told)) == {"podinfo": "promotion-excluded"}

    def test_what_is_lower(self) -> None:
        assert decisions(self.refused(soaked(staging="1.2.2"))) == {"podinfo": "lower-below"}

    @pytest.mark.parametrize("written", ["1.2.x", ">=1.0.0"])
    def test_what_the_tier_before_leaves_to_flux(self, written: str) -> None:
        told = story(staging=f"'{written}'")
        assert decisions(self.refused(told)) == {"podinfo": "no-exact-version"}

    def test_what_production_leaves_to_flux(self) -> None:
        told = soaked()
        told.write({LIVE: release("1.x")})
        assert decisions(self.refused(told)) == {"podinfo": "no-exact-version"}

    def test_versions_of_clusters_that_differ_never_the_maximum(self) -> None:
        told = soaked()
        told.write({"apps/staging/b.yaml": release("1.2.5")})
        report = self.refused(told)
        assert decisions(report) == {"podinfo": "differs-below"}
        assert "1.2.4 in apps/staging/a.yaml:10, 1.2.5 in apps/staging/b.yaml:10" in sentence(report)

    def test_what_the_tier_before_does_not_use(self) -> None:
        told = soaked()
        told.push(REDIS, "1.0.0").write({"apps/live/b.yaml": release("1.0.0", chart="redis")})
        assert decisions(told.promote())["redis"] == "not-used-below"

    def test_a_registry_that_is_away(self) -> None:
        told = soaked()
        told.registry.charts[source(PODINFO)].pop("1.2.4")
        assert decisions(self.refused(told)) == {"podinfo": "unreachable"}

    def test_one_refusal_keeps_no_other_release_back(self) -> None:
        told = story()
        told.push(REDIS, "1.0.0", "1.1.0")
        was, new = release("1.0.0", chart="redis"), release("1.1.0", chart="redis")
        told.write({"apps/staging/b.yaml": was, "apps/live/b.yaml": was}).write({"apps/staging/b.yaml": new}).run()
        told.pass_by(days=4).write({STAGING: release("1.2.5")}).promote()
        assert proposed(told) == {"apps/live/b.yaml": new.encode()}
        assert "#### Not promoted, and why" in body(told)
        assert "<code>ghcr.io/x/podinfo</code> <code>1.2.3</code>: 1.2.5 has not soaked" in body(told)


class TestPairing:
    def write(self, told: Story, **staging: str) -> Story:
        """Releases of podinfo in staging by name, beside the one of production."""
        files: dict[str, Content] = {STAGING: None}
        files |= {f"apps/staging/{name}.yaml": release(version, name=name) for name, version in staging.items()}
        told.write(files).run()
        return told.pass_by(days=4)

    def test_a_name_of_its_own_is_paired_by_the_only_version_of_the_chart(self) -> None:
        assert decisions(self.write(story(), staged="1.2.4").promote()) == {"podinfo": "1.2.4"}

    def test_the_same_object_is_paired_before_others_of_its_chart(self) -> None:
        told = self.write(story(), podinfo="1.2.4", canary="1.2.5")
        assert decisions(told.promote()) == {"podinfo": "1.2.4"}

    def test_the_same_name_in_another_namespace_is_paired_before_others_of_its_chart(self) -> None:
        told = story()
        spaced = release("1.2.4").replace("  namespace: x\nspec", "  namespace: x-staging\nspec")
        spaced = spaced.replace("        name: x\n", "        name: x\n        namespace: x\n")
        told.write({STAGING: spaced, "apps/staging/canary.yaml": release("1.2.5", name="canary")}).run()
        assert decisions(told.pass_by(days=4).promote()) == {"podinfo": "1.2.4"}

    def test_no_name_in_common_and_versions_that_differ_are_a_refusal_with_the_list(self) -> None:
        report = self.write(story(), one="1.2.4", other="1.2.5").promote()
        assert decisions(report) == {"podinfo": "no-counterpart"}
        assert "1.2.4 in apps/staging/one.yaml:10, 1.2.5 in apps/staging/other.yaml:10" in sentence(report)

    def test_two_releases_of_one_chart_are_promoted_each_to_its_own_version(self) -> None:
        told = Story(settings()).push(PODINFO, *VERSIONS)
        names = ("one", "other")
        told.write({f"apps/{where}/{n}.yaml": release("1.2.3", name=n) for n in names for where in ("staging", "live")})
        told.write({"apps/staging/one.yaml": release("1.2.4", name="one")})
        told.write({"apps/staging/other.yaml": release("1.2.5", name="other")}).run()
        assert decisions(told.pass_by(days=4).promote()) == {"one": "1.2.4", "other": "1.2.5"}

    def test_every_tier_before_has_to_run_it(self) -> None:
        both = pace(comes_from=["staging", "test"], soak="3d")
        told = Story(configuration(tier("staging", "exact"), tier("test", "exact"), live(pace=both)))
        told.push(PODINFO, *VERSIONS).write({LIVE: release("1.2.3"), STAGING: release("1.2.4")})
        told.write({"apps/test/a.yaml": release("1.2.5")}).run()
        assert decisions(told.pass_by(days=4).promote()) == {"podinfo": "differs-below"}
        told.write({"apps/test/a.yaml": release("1.2.4")}).run()
        assert decisions(told.pass_by(days=4).promote()) == {"podinfo": "1.2.4"}


class TestThreat21:
    """Promotion copies what a lower tier's folder says: only the same chart, and only the same bytes."""

    def test_the_same_name_from_another_registry_is_refused_with_both_addresses(self) -> None:
        told = soaked()
        evil = release("1.2.4", repository="evil")
        told.write({STAGING: evil, "apps/staging/evil.yaml": repository("evil", "oci://evil.example/x")})
        told.registry.push(source("evil.example/x/podinfo"), "1.2.4", digest("e"))
        report = told.promote()
        assert decisions(report) == {"podinfo": "other-chart"}
        assert "from ghcr.io/x/podinfo here, and from evil.example/x/podinfo in staging" in sentence(report)
        assert BRANCH not in told.remote.branches

    def test_another_object_of_the_right_chart_does_not_stand_in_for_it(self) -> None:
        told = soaked()
        told.write({STAGING: release("1.2.4", repository="evil"), "apps/staging/b.yaml": release("1.2.4", name="b")})
        told.write({"apps/staging/evil.yaml": repository("evil", "oci://evil.example/x")})
        assert decisions(told.promote()) == {"podinfo": "other-chart"}

    def test_a_person_cannot_name_a_version_past_that(self) -> None:
        told = soaked()
        told.write({STAGING: release("1.2.4", repository="evil")})
        told.write({"apps/staging/evil.yaml": repository("evil", "oci://evil.example/x")})
        report = told.promote(chart=PODINFO, version="1.2.5", reason="now")
        assert decisions(report) == {"podinfo": "other-chart"}

    def test_a_tag_that_was_pushed_again_is_an_alarm_with_both_digests(self) -> None:
        told = Story(settings()).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
        was, new = (oci(f"{{tag: {tag}, digest: {digest(sign)}}}") for tag, sign in (("1.2.3", "a"), ("1.2.4", "b")))
        told.write({STAGING: was, LIVE: was}).write({STAGING: new}).run()
        told.registry.push(source(PODINFO), "1.2.4", digest("c"))
        report = told.pass_by(days=4).promote()
        assert decisions(report) == {"podinfo": "tag-moved"}
        assert all(value in mend(report) for value in (digest("b"), digest("c")))
        assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
        assert BRANCH not in told.remote.branches

    def mirrored(self, copy: str) -> Story:
        told = Story(settings(same_as={"mirror.example/*": "ghcr.io/x/*"}))
        told.push(PODINFO, "1.2.3", "1.2.4", digests="ab")
        told.registry.push(source("mirror.example/podinfo"), "1.2.3", digest("a"))
        told.registry.push(source("mirror.example/podinfo"), "1.2.4", digest(copy))
        told.write({"sources/m.yaml": repository("m", "oci://mirror.example")})
        told.write({STAGING: release("1.2.3"), LIVE: release("1.2.3", repository="m")})
        told.write({STAGING: release("1.2.4")}).run()
        return told.pass_by(days=4)

    def test_a_configured_mirror_with_the_same_digest_is_the_same_chart(self) -> None:
        told = self.mirrored("b")
        told.promote()
        assert proposed(told) == {LIVE: release("1.2.4", repository="m").encode()}

    def test_a_mirror_that_holds_something_else_is_refused_with_both_digests(self) -> None:
        report = self.mirrored("d").promote()
        assert decisions(report) == {"podinfo": "copy-differs"}
        assert all(value in sentence(report) for value in (digest("b"), digest("d")))

    def test_one_version_under_two_written_digests_is_said(self) -> None:
        told = Story(settings()).push(PODINFO, "1.2.3", digests="a")
        one, other = (oci(f"{{tag: 1.2.3, digest: {digest(sign)}}}") for sign in "ab")
        told.write({STAGING: one, LIVE: other})
        assert decisions(told.promote()) == {"podinfo": "copy-differs"}


class TestAPersonsWord:
    def test_a_version_that_nobody_ran_is_promoted_with_its_reason_and_without_evidence(self) -> None:
        told = story()
        told.promote(**ASKED)
        [branch] = [name for name in told.remote.branches if name.startswith("flux-chart-bot/live/promotion-podinfo-")]
        assert proposed(told, branch) == {LIVE: release("1.2.5").encode()}
        assert "no tier before it ran this" in body(told)
        assert body(told).startswith("A chart version for **live**. Only a person merges this.")
        assert "**By a person's word**" in body(told)
        assert "@fixes" not in body(told)
        assert "](http" not in body(told)

    def test_it_may_go_back(self) -> None:
        told = story()
        report = told.promote(chart=PODINFO, version="1.2.2", reason="back")
        [verdict] = report.verdicts
        assert isinstance(verdict.decision, Update)
        assert verdict.decision.goes_back
        assert "this goes back to a lower version" in body(told)

    def test_it_has_to_exist(self) -> None:
        report = story().promote(chart=PODINFO, version="9.9.9", reason="x")
        assert decisions(report) == {"podinfo": "no-such-version"}
        assert sentence(report) == "ghcr.io/x/podinfo has no version 9.9.9"
        assert headline(report) == "nothing promoted: ghcr.io/x/podinfo has no version 9.9.9"
        assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED

    def test_it_takes_again_what_production_went_back_from(self) -> None:
        told = story()
        told.write({LIVE: release("1.2.4")}).write({LIVE: release("1.2.3")})
        report = told.promote(chart=PODINFO, version="1.2.4", reason="x")
        assert decisions(report) == {"podinfo": "1.2.4"}

    def test_that_the_tier_before_went_back_from_it_stands_beside_it_in_place_of_evidence(self) -> None:
        told = soaked().write({STAGING: release("1.2.3")})
        commit = told.remote.branches["main"][:10]
        report = told.promote(chart=PODINFO, version="1.2.4", reason="x")
        assert f"| **staging went back from it in {commit}** |" in body(told)
        Draft202012Validator(schema()).validate(document(report))
        assert f'"taken_back": ["staging went back from it in {commit}' in json.dumps(document(report))

    def test_what_nobody_went_back_from_is_not_said_to_be_taken_back(self) -> None:
        told = soaked().write({STAGING: release("1.2.5")}).write({STAGING: release("1.2.4")})
        told.promote(chart=PODINFO, version="1.2.4", reason="x")
        assert "staging has run it since" in body(told)
        assert "went back from it in" not in body(told)

    def test_it_does_not_beat_a_hold(self) -> None:
        told = soaked()
        word = {Matter(chart=PODINFO): Word(at=told.now, held=True)}
        past = read_past(told.repository, told.remote.branches["flux-chart-bot/state/ledger"])
        remember(Ledger(words=word), past, told.forge.us)
        assert decisions(told.promote(**ASKED)) == {"podinfo": "promotion-held"}

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"to": ""}, "--to is not given"),
            ({"to": "nowhere"}, "no such tier"),
            ({"to": "staging"}, "no production tier"),
            ({"source": "nowhere"}, "takes its versions from staging"),
            ({"version": "1.2.4"}, "--version is given without --reason"),
            ({"reason": "x"}, "--reason is given without --version"),
            ({"version": "1.2.4", "reason": "x"}, "--version is given without --chart"),
            ({"chart": PODINFO, "version": "new", "reason": "x"}, "no version"),
            ({"chart": PODINFO, "version": "1.2.4", "reason": "x\ny"}, "one line"),
            ({"chart": "ghcr.io/x/nothing"}, "no reference of live that can be judged uses ghcr.io/x/nothing"),
        ],
    )
    def test_what_does_not_fit_together_is_refused_before_any_write(self, asked: dict[str, str], said: str) -> None:
        told = soaked()
        before = dict(told.remote.branches)
        with pytest.raises(UsageError, match=said):
            told.promote(**asked)
        assert told.remote.branches == before

    def test_without_a_tier_before_one_has_to_be_named(self) -> None:
        told = story(configured=settings(live(pace=pace())))
        with pytest.raises(UsageError, match="nothing says what runs before live"):
            told.promote()
        assert decisions(told.promote(source="staging")) == {"podinfo": "1.2.4"}


class TestWhatElseChanged:
    def test_values_that_went_with_the_version_are_listed_with_their_commit(self) -> None:
        told = story(staging="1.2.3")
        values = release("1.2.4") + "  values: {replicas: 3}\n"
        told.remote.commit("main", {STAGING: values}, "Needs <b>more</b> @replicas")
        sha = told.remote.branches["main"]
        told.run()
        told.pass_by(days=4).promote()
        assert f"<code>{sha[:10]}</code> <code>Needs &#60;b&#62;more&#60;/b&#62; &#64;&#8203;replicas</code>" in body(
            told
        )
        assert f"<code>{STAGING}</code>" in body(told).partition("What else changed")[2]

    def test_commits_that_only_moved_the_version_are_not_listed(self) -> None:
        told = story(staging="1.2.3")
        told.write({STAGING: release("1.2.4")}).write({STAGING: release("1.2.5")}).run()
        told.pass_by(days=4).promote()
        assert "What else changed" not in body(told)

    def test_changes_before_it_left_productions_version_are_not_listed(self) -> None:
        told = story(staging="1.2.3")
        told.write({STAGING: release("1.2.3") + "  values: {a: 1}\n"})
        told.write({STAGING: release("1.2.4") + "  values: {a: 1}\n"}).run()
        told.pass_by(days=4).promote()
        assert "What else changed" not in body(told)

    def test_files_of_its_own_folder_are_looked_at_and_others_are_not(self) -> None:
        told = story(staging="1.2.3")
        told.push(REDIS, "1.0.0").write({"apps/staging/redis/r.yaml": release("1.0.0", chart="redis")})
        told.write({STAGING: None, "apps/staging/podinfo/a.yaml": release("1.2.3")})
        told.write({"apps/staging/podinfo/a.yaml": release("1.2.4"), "apps/staging/podinfo/values.txt": "a"})
        told.write({"apps/staging/redis/values.txt": "b"}).run()
        told.pass_by(days=4).promote()
        listed = body(told).partition("What else changed")[2]
        assert "<code>apps/staging/podinfo/values.txt</code>" in listed
        assert "redis/values.txt" not in listed


class TestBuilds:
    """Versions that Kustomize puts together are promoted where production's are decided."""

    BASE = "resources: [../../base]\n"

    def overlay(self, version: str, more: str = "") -> str:
        patch = f'      - {{op: replace, path: /spec/chart/spec/version, value: "{version}"}}\n'
        return f"{self.BASE}{more}patches:\n  - target: {{kind: HelmRelease}}\n    patch: |-\n{patch}"

    def built(self, **overlays: str) -> Story:
        files = {"base/a.yaml": release("1.2.2"), "base/r.yaml": repository()}
        told = Story(settings()).push(PODINFO, *VERSIONS)
        told.write({**files, "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n"})
        return told.write({f"apps/{name}/kustomization.yaml": text for name, text in overlays.items()})

    def test_a_patch_is_edited_in_its_place_and_moves_of_the_one_below_are_no_other_change(self) -> None:
        told = self.built(staging=self.overlay("1.2.3"), live=self.overlay("1.2.3"))
        told.write({"apps/staging/kustomization.yaml": self.overlay("1.2.4")}).run()
        told.pass_by(days=4).promote()
        assert proposed(told) == {"apps/live/kustomization.yaml": self.overlay("1.2.4").encode()}
        assert "What else changed" not in body(told)

    def test_another_patch_beside_it_is_told(self) -> None:
        told = self.built(staging=self.overlay("1.2.3"), live=self.overlay("1.2.3"))
        told.write({"apps/staging/kustomization.yaml": self.overlay("1.2.4", "namePrefix: a-\n")}).run()
        told.pass_by(days=4).promote()
        assert "<code>apps/staging/kustomization.yaml</code>" in body(told).partition("What else changed")[2]

    def test_a_value_that_another_tier_shares_is_not_promoted(self) -> None:
        told = self.built(staging=self.overlay("1.2.4"), live=self.BASE, test=self.BASE)
        told.configuration = configuration(tier("staging", "exact"), tier("test", "exact"), live())
        told.run()
        report = told.pass_by(days=4).promote()
        assert decisions(report) == {"podinfo": "shared"}
        assert BRANCH not in told.remote.branches

    def test_an_edit_that_changes_an_object_which_it_does_not_list_is_held(self) -> None:
        told = self.built(staging=self.overlay("1.2.4"), live=self.overlay("1.2.3"))
        resolved = told.resolved()
        [view] = [one for one in resolved.views if one.tier.name == "live"]
        [wish] = view.references
        update = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(Edit(place=wish.pin.places[0], text="1.2.4"),))
        change = replace_in(told, "base/a.yaml", "1.2.2", "1.2.1")
        other = replace_in(told, "base/r.yaml", "ghcr.io/x", "evil.example/x")
        verdict = Verdict(tier=view.tier, reference=wish, decision=update)
        good = TierEdits(view=view, changes=(change,), verdicts=(verdict,))
        assert prove_promotion(good) == good
        proved = prove_promotion(replace(good, changes=(other,)))
        assert proved.changes == ()
        [held] = [one.decision for one in proved.verdicts]
        assert isinstance(held, Held)
        assert held.reason.id == "reaches-production"

    def key_for_each(self) -> Story:
        """Both clusters get one ConfigMap, and each takes a key of its own from it."""
        told = Story(settings()).push(PODINFO, *VERSIONS)
        versions = (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: v, namespace: x}, data: {STAGING: 1.2.4, LIVE: 1.2.3}}"
        )
        told.write({"both/v.yaml": versions, "both/kustomization.yaml": "resources: [v.yaml]\n"})
        for name in ("staging", "live"):
            flux = applied(f"apps/{name}") + "  postBuild: {substituteFrom: [{kind: ConfigMap, name: v}]}\n"
            told.write({f"apps/{name}/a.yaml": release(f"${{{name.upper()}}}"), f"apps/{name}/cluster/all.yaml": flux})
            told.write({f"apps/{name}/cluster/kustomization.yaml": "resources: [all.yaml, ../../../both]\n"})
        return told

    def test_a_key_of_a_config_map_that_another_tier_gets_too_is_not_promoted(self) -> None:
        told = self.key_for_each()
        told.run()
        assert decisions(told.pass_by(days=4).promote()) == {"podinfo": "shared"}
        assert BRANCH not in told.remote.branches

    def test_an_edit_that_changes_what_another_tier_gets_is_held_though_it_lists_the_file(self) -> None:
        told = self.key_for_each()
        [view] = [one for one in told.resolved().views if one.tier.name == "live"]
        [wish] = view.references
        update = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(Edit(place=wish.pin.places[0], text="1.2.4"),))
        change = replace_in(told, "both/v.yaml", "1.2.3", "1.2.4")
        verdict = Verdict(tier=view.tier, reference=wish, decision=update)
        proved = prove_promotion(TierEdits(view=view, changes=(change,), verdicts=(verdict,)))
        assert proved.changes == ()
        [held] = [one.decision for one in proved.verdicts]
        assert isinstance(held, Held)
        assert held.reason.id == "reaches-tier"


def replace_in(told: Story, path: str, old: str, new: str) -> FileChange:
    """A change of one file of `main`."""
    before = told.remote.files("main")[path]
    after = before.replace(old.encode(), new.encode())
    return FileChange(path=path, kind=EntryKind.FILE, before=before, after=after)


class TestItsLife:
    def two(self) -> Story:
        told = story(staging="1.2.3").push(REDIS, "1.0.0", "1.1.0")
        was = release("1.0.0", chart="redis")
        told.write({"apps/staging/b.yaml": was, "apps/live/b.yaml": was})
        told.write({STAGING: release("1.2.4"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}).run()
        return told.pass_by(days=4)

    def labelled(self) -> Story:
        production = live()
        proposing = replace(production.proposing, extras=Extras(labels=("charts",)))
        return soaked(configured=settings(replace(production, proposing=proposing)))

    def edit(self, told: Story, old: str, new: str) -> None:
        [(number, pull)] = told.forge.pulls.items()
        assert old in pull.body
        told.forge.pulls[number] = replace(pull, body=pull.body.replace(old, new))

    def test_a_row_that_a_person_took_out_stays_out(self) -> None:
        told = self.two()
        told.promote()
        assert proposed(told).keys() == {LIVE, "apps/live/b.yaml"}
        self.edit(told, "- [x] <code>ghcr.io/x/redis</code>", "- [ ] <code>ghcr.io/x/redis</code>")
        told.promote()
        assert proposed(told).keys() == {LIVE}
        assert "- [ ] <code>ghcr.io/x/redis</code>" in body(told)
        before = dict(told.remote.branches)
        told.promote()
        assert told.remote.branches == before

    def test_asked_for_again_after_somebody_closed_it_it_is_proposed_anew(self) -> None:
        told = soaked()
        told.promote()
        told.forge.close(1)
        report = told.promote()
        assert decisions(report) == {"podinfo": "1.2.4"}
        assert list(told.forge.pulls) == [2]

    def test_merged_it_leaves_nothing_and_its_branch_goes(self) -> None:
        told = soaked()
        told.promote()
        told.write({LIVE: release("1.2.4")})
        del told.forge.pulls[1]
        told.promote()
        assert BRANCH not in told.remote.branches

    @pytest.mark.parametrize("call", ["create_pull_request", "set_extras", "update_pull_request"])
    def test_a_run_that_broke_off_is_completed_by_the_next(self, call: str) -> None:
        told, whole = self.labelled(), self.labelled()
        told.forge.fails = {call}
        assert told.promote().problems
        told.forge.fails = set()
        told.promote()
        whole.promote()
        assert (told.forge.pulls, told.forge.extras) == (whole.forge.pulls, whole.forge.extras)
        assert proposed(told) == proposed(whole)

    def test_killed_before_any_of_its_writes_it_is_completed_by_the_next(self) -> None:
        def left(told: Story) -> tuple[object, ...]:
            head = told.remote.branches[BRANCH]
            pulls = {number: replace(pull, head_sha="") for number, pull in told.forge.pulls.items()}
            return pulls, told.forge.extras, proposed(told), told.forge.set_by_us[head]

        whole = self.labelled()
        with killed_at(1000) as writes:
            whole.promote()
        assert len(writes) >= 5
        for number in range(len(writes)):
            told = self.labelled()
            with killed_at(number), pytest.raises(Killed):
                told.promote()
            told.promote()
            assert left(told) == left(whole), writes[number]

    def test_a_branch_of_somebody_elses_with_its_name_is_left_and_said(self) -> None:
        told = soaked()
        tip = told.remote.commit(BRANCH, {"apps/live/evil.txt": "x"})
        report = told.promote()
        assert told.remote.branches[BRANCH] == tip
        assert told.forge.pulls == {}
        assert [one.plan.reason.id for one in report.outcomes if one.plan.reason] == ["foreign-branch"]

    def test_a_branch_that_others_work_on_is_left_to_them(self) -> None:
        told = soaked()
        told.promote()
        told.remote.commit(BRANCH, {"apps/live/values.txt": "x"})
        tip = told.remote.branches[BRANCH]
        told.write({STAGING: release("1.2.5")}).run()
        report = told.pass_by(days=4).promote()
        assert told.remote.branches[BRANCH] == tip
        assert [one.plan.reason.id for one in report.outcomes if one.plan.reason] == ["touched"]

    def test_a_registry_that_is_away_takes_no_row_out(self) -> None:
        told = self.two()
        told.promote()
        tip = told.remote.branches[BRANCH]
        told.registry.lost.add((source(REDIS), "1.1.0"))
        told.promote()
        assert told.remote.branches[BRANCH] == tip

    def test_what_a_production_tier_says_of_labels_holds_but_nothing_that_merges(self) -> None:
        production = live()
        extras = Extras(labels=("charts", "automerge"), reviewers=("ann",), auto_merge=AutoMerge.SQUASH)
        production = replace(production, proposing=replace(production.proposing, extras=extras))
        told = soaked(configured=settings(production))
        told.promote()
        assert told.forge.extras == {1: Extras(labels=("charts",), reviewers=("ann",))}

    def test_one_chart_has_a_pull_request_of_its_own(self) -> None:
        told = self.two()
        report = told.promote(chart=REDIS)
        assert decisions(report) == {"redis": "1.1.0"}
        [pull] = told.forge.pulls.values()
        assert pull.head.startswith("flux-chart-bot/live/promotion-redis-")
        assert proposed(told, pull.head).keys() == {"apps/live/b.yaml"}
        told.promote()
        assert len(told.forge.pulls) == 2


def test_a_file_that_nothing_applies_does_not_stand_for_the_release() -> None:
    told = story(staging="1.2.3")
    listed = {"apps/staging/kustomization.yaml": "resources: [b.yaml]\n"}
    told.write({**listed, "apps/staging/b.yaml": release("1.2.3", name="pod-staging"), STAGING: release("1.2.5")})
    told.run()
    told.pass_by(days=4)

    assert decisions(told.promote()) == {"podinfo": ""}
