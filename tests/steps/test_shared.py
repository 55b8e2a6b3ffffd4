"""`shared`: one draft for a value of several tiers, which names them all; nothing else may reach production."""

from collections.abc import Iterable

import pytest
from builders import configuration, pace, rule, source, tier
from doubles.flux_manifests import applied
from doubles.memory_forge import US
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.ledger.model import Matter
from bot.model.commits import EntryKind, FileChange
from bot.model.proposals import Action
from bot.model.proposing import Amounts, AutoMerge, Extras, Grouping, Proposing
from bot.model.templates import Template, Variable
from bot.model.tiers import Configuration, RequiredStatus, Rule, Shared, Tier
from bot.model.verdicts import Current, Decision, Held, Update
from bot.planning.proof import deviation
from bot.reason import Reason
from bot.reasons import UNREACHABLE
from bot.steps.edit import TierEdits
from bot.steps.prove import prove
from bot.steps.pull_requests.free import free

DEV = tier("dev", "any", paths=("apps/dev/**", "clusters/dev/**"))
STAGING = tier("staging", "any", paths=("apps/staging/**",))
LIVE = tier("live", production=True, paths=("apps/live/**", "clusters/live/**"))
PODINFO, OTHER = "ghcr.io/x/podinfo", "ghcr.io/x/other"
OVERLAY = "resources: [../../base]\n"
BASE = {
    "base/a.yaml": release("1.2.3"),
    "base/r.yaml": repository(),
    "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n",
}
ALL = BASE | {f"apps/{name}/kustomization.yaml": OVERLAY for name in ("dev", "staging", "live")}
EVERY = {f"{top}/{name}/x.yaml": "" for top in ("apps", "clusters") for name in ("dev", "staging", "live")}


def sharing(*tiers: Tier, paths: tuple[str, ...] = ("base/**",), rules: Iterable[Rule] = ()) -> Configuration:
    settings = configuration(*(tiers or (DEV, STAGING, LIVE)), rules=rules)
    return replace(settings, shared=Shared(paths=paths))


def told(files: dict[str, str] = ALL, settings: Configuration | None = None) -> Story:
    return Story(settings or sharing()).write(EVERY | files).push(PODINFO, "1.2.3", "1.2.4")


def decided(story: Story, name: str = "dev") -> list[Decision]:
    return [verdict.decision for one in story.edited() if one.view.tier.name == name for verdict in one.verdicts]


def reasons(story: Story, name: str = "dev") -> list[str]:
    return [each.reason.id for each in decided(story, name) if isinstance(each, Held)]


def new(story: Story) -> list[str]:
    return [each.new for each in decided(story) if isinstance(each, Update)]


def drafted(story: Story) -> dict[str, str]:
    """The files of the one branch that moves several tiers, as they differ from `main`."""
    [name] = [name for name in story.remote.branches if "/shared-" in name]
    assert name.startswith("flux-chart-bot/dev/")
    tip, base = story.remote.files(name), story.remote.files("main")
    return {path: data.decode() for path, data in tip.items() if data != base.get(path)}


def writes(story: Story) -> list[str]:
    story.forge.writes.clear()
    published = story.published()
    assert not [outcome.problem for outcome in published.outcomes if outcome.problem]
    return [name for name, _ in story.forge.writes if name != "set_status"]


def with_its_own() -> tuple[Story, dict[str, int]]:
    """A chart that dev has in a file of its own as well, both proposed: the numbers, by the kind of pull request."""
    story = told(ALL | {"apps/dev/o.yaml": release("1.2.3", name="own")})
    writes(story)
    numbers = {"shared" if "/shared-" in pull.head else "all": pull.number for pull in story.forge.pulls.values()}
    assert numbers.keys() == {"shared", "all"}
    return story, numbers


def refused(story: Story) -> dict[str, int]:
    """The number in which each file's version was refused in dev."""
    held = {
        one.reference.path: one.decision.reason.sentence
        for one in story.run().verdicts
        if one.tier.name == "dev" and isinstance(one.decision, Held)
    }
    return {path: int(said.rpartition("refused in #")[2]) for path, said in held.items()}


def of_staging(story: Story) -> list[Reason]:
    """What a whole run tells of staging."""
    verdicts = (one for one in story.run().verdicts if one.tier.name == "staging")
    return [one.decision.reason for one in verdicts if isinstance(one.decision, Held)]


class TestADraft:
    def test_moves_what_several_tiers_share_and_names_each_of_them_production_too(self) -> None:
        story = told()
        assert writes(story) == ["create_pull_request"]
        [pull] = story.forge.pulls.values()
        assert drafted(story) == {"base/a.yaml": release("1.2.4")}
        assert story.forge.drafts == {pull.number}
        assert pull.title == "chore(deps): update podinfo to 1.2.4 in dev, staging and live"

    def test_says_which_tiers_it_moves_and_by_which_roots(self) -> None:
        story = told()
        writes(story)
        [pull] = story.forge.pulls.values()
        assert "- **dev**, by <code>apps/dev</code>" in pull.body
        assert "- **live** (production), by <code>apps/live</code>" in pull.body
        assert "may move to" not in pull.body

    def test_names_all_tiers_whatever_a_teams_wording_names(self) -> None:
        settings = sharing()
        title = Template(("charts: ", Variable.WHAT))
        story = told(settings=replace(settings, templates=replace(settings.templates, title=title)))
        writes(story)
        assert [pull.title for pull in story.forge.pulls.values()] == [
            "charts: podinfo to 1.2.4 in dev, staging and live"
        ]

    def test_is_told_in_the_other_tiers_too(self) -> None:
        story = told()
        assert reasons(story, "staging") == ["in-shared-draft"]
        assert [type(each) for each in decided(story, "live")] == [Current]

    def test_is_no_work_for_the_next_run(self) -> None:
        story = told()
        writes(story)
        pushes = len(story.repository.pushes)
        assert writes(story) == []
        assert len(story.repository.pushes) == pushes

    def test_is_never_merged_by_the_forge(self) -> None:
        merging = replace(DEV, proposing=Proposing(extras=Extras(labels=("x",), auto_merge=AutoMerge.SQUASH)))
        story = told(settings=sharing(merging, STAGING, LIVE))
        writes(story)
        assert [extras.auto_merge for extras in story.forge.extras.values()] == [None]
        assert [extras.labels for extras in story.forge.extras.values()] == [("x",)]

    def test_stands_apart_from_what_is_one_tiers(self) -> None:
        story = told(ALL | {"apps/dev/o.yaml": release("1.2.3", chart="other")}).push(OTHER, "1.2.3", "1.2.4")
        writes(story)
        assert drafted(story) == {"base/a.yaml": release("1.2.4")}
        assert story.proposed() == {"apps/dev/o.yaml": release("1.2.4", chart="other")}
        assert len(story.forge.drafts) == 1

    def test_counts_in_the_limits_of_its_first_tier(self) -> None:
        few = replace(DEV, proposing=Proposing(group=Grouping.CHART, amounts=Amounts(open=1)))
        files = ALL | {"apps/dev/o.yaml": release("1.2.3", chart="other")}
        story = told(files, sharing(few, STAGING, LIVE)).push(OTHER, "1.2.3", "1.2.4")
        assert writes(story) == ["create_pull_request"]
        assert writes(story) == []

    def test_is_refused_by_closing_it(self) -> None:
        story = told()
        writes(story)
        story.forge.close(1)
        assert "create_pull_request" not in writes(story)
        assert writes(story.push(PODINFO, "1.2.5")) == ["create_pull_request"]

    def test_is_refused_without_the_tiers_own_row_of_that_chart_and_version(self) -> None:
        story, numbers = with_its_own()
        story.forge.close(numbers["shared"])
        assert writes(story) == []
        assert [pull.number for pull in story.forge.pulls.values()] == [numbers["all"]]
        assert story.proposed() == {"apps/dev/o.yaml": release("1.2.4", name="own")}
        assert refused(story) == {"base/a.yaml": numbers["shared"]}

    def test_is_not_refused_with_the_tiers_own_row_of_that_chart_and_version(self) -> None:
        story, numbers = with_its_own()
        story.forge.close(numbers["all"])
        assert writes(story) == []
        assert drafted(story) == {"base/a.yaml": release("1.2.4")}
        assert refused(story) == {"apps/dev/o.yaml": numbers["all"]}

    @pytest.mark.parametrize(("out", "stays"), [("shared", "all"), ("all", "shared")])
    def test_has_a_box_of_its_own_for_what_a_tier_has_too(self, out: str, stays: str) -> None:
        story, numbers = with_its_own()
        pull = story.forge.pulls[numbers[out]]
        story.forge.pulls[pull.number] = replace(pull, body=pull.body.replace("- [x]", "- [ ]", 1))
        writes(story)
        assert list(story.forge.pulls) == [numbers[stays]]
        assert writes(story) == []

    def test_that_was_refused_is_spoken_of_no_more_in_the_other_tiers(self) -> None:
        story, numbers = with_its_own()
        assert {reason.id for reason in of_staging(story)} == {"in-shared-draft"}
        story.forge.close(numbers["shared"])
        assert {reason.id for reason in of_staging(story)} == {"refused"}
        assert all(f"refused in #{numbers['shared']}" in reason.sentence for reason in of_staging(story))

    def test_is_free_again_in_all_tiers_with_the_tiers_own_by_one_word(self) -> None:
        story, numbers = with_its_own()
        for number in numbers.values():
            story.forge.close(number)
        writes(story)
        matter = Matter(chart=PODINFO, version="1.2.4")
        freed = free(matter, story.configuration, story.repository, US, writes=True)
        assert sorted(freed.told) == sorted(f"1.2.4 in dev (#{number})" for number in numbers.values())
        assert writes(story) == ["create_pull_request", "create_pull_request"]

    def test_is_closed_where_the_configuration_no_longer_wants_it(self) -> None:
        story = told()
        writes(story)
        story.configuration = configuration(DEV, STAGING, LIVE)
        assert writes(story) == ["close_pull_request"]
        assert reasons(story) == ["shared"]

    def test_is_kept_while_the_registry_is_away(self) -> None:
        story = told()
        writes(story)
        story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
        assert writes(story) == ["update_pull_request"]
        assert len(story.forge.pulls) == 1
        assert [bool(each.shared) for each in decided(story) if isinstance(each, Update)] == [True]
        story.configuration = configuration(DEV, STAGING, LIVE)
        assert new(story) == []

    def test_may_change_files_of_production_that_it_lists(self) -> None:
        files = {f"apps/live/{path.rpartition('/')[2]}": text for path, text in BASE.items()}
        story = told(files | {"apps/dev/kustomization.yaml": "resources: [../live]\n"}, sharing(paths=("apps/live/*",)))
        writes(story)
        assert drafted(story) == {"apps/live/a.yaml": release("1.2.4")}

    def test_may_move_a_variable_that_clusters_share(self) -> None:
        versions = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: x}\ndata:\n  VERSION: 1.2.3\n"
        user = (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: podinfo, namespace: x}\n"
            "spec: {chartRef: {kind: OCIRepository, name: podinfo}}\n"
        )
        flux = applied("apps/base") + "  postBuild: {substituteFrom: [{kind: ConfigMap, name: v}]}\n"
        files = {
            "apps/base/a.yaml": oci('{tag: "${VERSION}"}'),
            "apps/base/u.yaml": user,
            "versions/v.yaml": versions,
            "versions/kustomization.yaml": "resources: [v.yaml]\n",
        }
        for name in ("dev", "live"):
            files[f"clusters/{name}/apps.yaml"] = flux
            files[f"clusters/{name}/kustomization.yaml"] = "resources: [apps.yaml, ../../versions]\n"
        story = told(files, sharing(DEV, LIVE, paths=("versions/v.yaml",)))
        writes(story)
        assert drafted(story) == {"versions/v.yaml": versions.replace("1.2.3", "1.2.4")}


class TestItsVersion:
    def test_is_what_the_strictest_tier_takes(self) -> None:
        story = told(settings=sharing(DEV, replace(STAGING, follow=tier(follow="patch").follow), LIVE))
        story.push(PODINFO, "1.2.4", "1.3.0", "2.0.0")
        assert new(story) == ["1.2.4"]
        [update] = [each for each in decided(story) if isinstance(each, Update)]
        assert "staging" in update.refused[0].why

    def test_is_none_where_one_tier_follows_nothing(self) -> None:
        story = told(settings=sharing(DEV, replace(STAGING, follow=tier(follow="exact").follow), LIVE))
        assert new(story) == []
        assert reasons(story) == []

    def test_is_none_that_a_rule_of_any_tier_skips(self) -> None:
        story = told(settings=sharing(rules=[rule(tiers=["staging"], skip=["1.2.5"])])).push(PODINFO, "1.2.5")
        assert new(story) == ["1.2.4"]

    def test_is_narrowed_by_the_comment_on_its_line(self) -> None:
        files = ALL | {"base/a.yaml": release("1.2.3 # flux-chart-bot: <1.2.5")}
        assert new(told(files).push(PODINFO, "1.2.5")) == ["1.2.4"]

    def test_does_not_wait_for_a_tier_that_cannot_run_it_before(self) -> None:
        waiting = replace(pace(comes_from=["dev"], soak="3d"), with_status=(RequiredStatus(context="x", creator="y"),))
        story = told(settings=sharing(DEV, replace(STAGING, pace=waiting), LIVE))
        [update, *_] = [one.decision for one in story.run("scan").verdicts if one.tier.name == "dev"]
        assert isinstance(update, Update)

    def test_waits_in_every_tier_for_the_time_that_one_of_them_wants(self) -> None:
        story = told(settings=sharing(DEV, replace(STAGING, pace=pace(wait="2d")), LIVE))
        story.run()
        story.push(PODINFO, "1.2.5")
        assert _moves(story) == []
        assert _moves(story.pass_by(days=2, hours=1)) == ["1.2.5"]

    def test_is_none_that_production_went_back_from(self) -> None:
        story = told()
        story.pass_by(hours=1).write({"base/a.yaml": release("1.2.4")})
        story.pass_by(hours=1).write({"base/a.yaml": release("1.2.3")})
        story.pass_by(hours=1)
        assert _moves(story) == []


class TestWhatIsNoDraft:
    @pytest.mark.parametrize("paths", [(), ("apps/**",), ("base/r.yaml",)])
    def test_what_lies_elsewhere_is_reported_as_ever(self, paths: tuple[str, ...]) -> None:
        assert reasons(told(settings=sharing(paths=paths))) == ["shared"]

    def test_a_path_of_one_tier_alone_is_proposed_as_ever(self) -> None:
        story = told(BASE | {"apps/dev/kustomization.yaml": OVERLAY})
        writes(story)
        assert story.proposed() == {"base/a.yaml": release("1.2.4")}
        assert not story.forge.drafts

    def test_what_an_unknown_build_of_production_may_take_stays(self) -> None:
        files = ALL | {"apps/live/kustomization.yaml": "resources: [../../base, missing.yaml]\n"}
        assert set(reasons(told(files))) <= {"unsure-of-production", "build-fails"}
        assert new(told(files)) == []

    def test_a_range_is_not_pinned_for_several_tiers(self) -> None:
        settings = replace(sharing(), ranges=configuration(ranges="pin").ranges)
        assert reasons(told(ALL | {"base/a.yaml": release("1.x")}, settings)) == ["shared"]


class TestTheProof:
    def test_holds_a_draft_that_changes_more_of_production_than_it_lists(self) -> None:
        patch = "- {op: replace, path: /spec/chart/spec/version, value: 1.2.3}\n"
        overlay = OVERLAY + "patches: [{path: ../../patches/p.yaml, target: {kind: HelmRelease}}]\n"
        files = (
            BASE | {"patches/p.yaml": patch} | {f"apps/{one}/kustomization.yaml": overlay for one in ("dev", "live")}
        )
        story = told(files, sharing(DEV, LIVE, paths=("patches/*",)))
        dev, *_ = story.edited()
        [verdict] = dev.updates
        assert verdict.reference.also_in == ("base/a.yaml",)
        lying = replace(verdict, reference=replace(verdict.reference, also_in=()))
        [proved] = prove([replace(dev, verdicts=(lying,))])
        assert proved.changes == ()
        assert _held(proved) == ["reaches-production"]
        writes(story)
        assert drafted(story) == {"patches/p.yaml": patch.replace("1.2.3", "1.2.4")}

    def test_holds_all_where_what_is_one_tiers_would_change_production(self) -> None:
        story = told()
        dev, *_ = story.edited()
        [verdict] = dev.verdicts
        assert isinstance(verdict.decision, Update)
        plain = replace(verdict, decision=replace(verdict.decision, shared=()))
        [proved] = prove([replace(dev, verdicts=(plain,))])
        assert proved.changes == ()
        assert _held(proved) == ["reaches-production"]

    def test_holds_a_draft_that_does_not_say_that_it_reaches_production(self) -> None:
        story = told()
        dev, *_ = story.edited()
        [verdict] = dev.verdicts
        assert isinstance(verdict.decision, Update)
        without = tuple(one for one in verdict.decision.shared if not one.tier.production)
        silent = replace(verdict, decision=replace(verdict.decision, shared=without))
        [proved] = prove([replace(dev, verdicts=(silent,))])
        assert proved.changes == ()
        assert _held(proved) == ["reaches-production"]

    def test_holds_a_draft_that_does_not_say_that_it_reaches_another_tier(self) -> None:
        story = told()
        dev, *_ = story.edited()
        [verdict] = dev.verdicts
        assert isinstance(verdict.decision, Update)
        without = tuple(one for one in verdict.decision.shared if one.tier.name != "staging")
        silent = replace(verdict, decision=replace(verdict.decision, shared=without))
        [proved] = prove([replace(dev, verdicts=(silent,))])
        assert proved.changes == ()
        assert _held(proved) == ["reaches-tier"]

    def test_takes_the_paths_that_a_draft_lists_and_no_others(self) -> None:
        files = {f"apps/live/{path.rpartition('/')[2]}": text for path, text in BASE.items()}
        story = told(files | {"apps/dev/kustomization.yaml": "resources: [../live]\n"}, sharing(paths=("apps/live/*",)))
        [plan] = [one for one in story.planned().pull_requests if one.action is Action.CREATE]
        made = story.repository.commit(
            parent=plan.base_sha, changes=plan.changes, message="x\n", identity=story.forge.us
        )
        seen = story.repository.differences(plan.base_sha, made)
        assert deviation(plan, seen, story.configuration, "main") is None
        ready = replace(plan, draft=False)
        assert deviation(ready, seen, story.configuration, "main") is not None
        elsewhere = replace(story.configuration, shared=Shared(paths=("apps/live/other.yaml",)))
        assert deviation(plan, seen, elsewhere, "main") is not None
        more = FileChange(path="apps/live/x.yaml", kind=EntryKind.FILE, before=b"", after=b"# more\n")
        wider = replace(plan, changes=(*plan.changes, more))
        made = story.repository.commit(
            parent=plan.base_sha, changes=wider.changes, message="x\n", identity=story.forge.us
        )
        reason = deviation(wider, story.repository.differences(plan.base_sha, made), story.configuration, "main")
        assert reason is not None
        assert "apps/live/x.yaml must never change" in reason.sentence


def _held(edits: TierEdits) -> list[str]:
    return [one.decision.reason.id for one in edits.verdicts if isinstance(one.decision, Held)]


def _moves(story: Story) -> list[str]:
    """What a scan with all its time would move in dev."""
    found = (one.decision for one in story.run().verdicts if one.tier.name == "dev")
    return [one.new for one in found if isinstance(one, Update)]
