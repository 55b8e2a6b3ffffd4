"""`promote: standing-draft`: every update keeps one draft of what production may take over."""

from collections.abc import Mapping
from datetime import UTC

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.ledger.model import Ledger, Matter, Word
from bot.model.proposing import Proposing, Window
from bot.report.headline import headline
from bot.report.matrix import matrix
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import read_past, remember

BRANCH = "flux-chart-bot/live/promotion"
STAGING, LIVE = "apps/staging/a.yaml", "apps/live/a.yaml"
REDIS = "ghcr.io/x/redis"
PRODUCTION = replace(
    tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="3d")), standing_draft=True
)


def story(proposing: Proposing | None = None) -> Story:
    """Staging runs newer versions of two charts, both seen by a run."""
    production = replace(PRODUCTION, proposing=proposing or PRODUCTION.proposing)
    told = Story(configuration(tier("staging", "exact"), production))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5").push(REDIS, "1.0.0", "1.1.0")
    both = {f"apps/{name}/b.yaml": release("1.0.0", chart="redis") for name in ("staging", "live")}
    told.write({STAGING: release("1.2.3"), LIVE: release("1.2.3"), **both})
    told.write({STAGING: release("1.2.4"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}).run()
    return told


def opened(proposing: Proposing | None = None) -> Story:
    """The same after their soak, with the draft."""
    told = story(proposing).pass_by(days=4)
    told.run()
    return told


def versions(told: Story) -> Mapping[str, str]:
    """What the draft's branch gives each file of production; empty for no branch."""
    if BRANCH not in told.remote.branches:
        return {}
    tip, base = told.remote.files(BRANCH), told.remote.files("main")
    live = (path for path in tip if path.startswith("apps/live/"))
    changed = {path: tip[path].decode() for path in live if tip[path] != base.get(path)}
    return {path: text.partition("version: ")[2].split()[0] for path, text in changed.items()}


def base_word(told: Story) -> str:
    """What production's base says last."""
    said = told.forge.set_by_us[told.remote.branches["main"]]
    return [one.description for one in said if one.context == "flux-chart-bot/live"][-1]


def say(told: Story, **words: str | bool) -> None:
    """A person edits the open pull request."""
    [number] = told.forge.pulls
    pull = told.forge.pulls[number]
    old, new = str(words.get("old", "")), str(words.get("new", ""))
    assert old in pull.body
    draft = bool(words.get("draft", pull.draft))
    told.forge.pulls[number] = replace(pull, body=pull.body.replace(old, new) if old else pull.body, draft=draft)


BOTH = {LIVE: "1.2.4", "apps/live/b.yaml": "1.1.0"}


def test_an_update_opens_the_draft_once_the_versions_have_soaked() -> None:
    told = story()
    assert versions(told) == {}
    told.pass_by(days=4).run()
    assert versions(told) == BOTH
    [pull] = told.forge.pulls.values()
    assert (pull.head, pull.draft) == (BRANCH, True)


def test_what_it_takes_over_is_in_headline_matrix_and_status() -> None:
    told = story().pass_by(days=4)
    report = told.run()
    assert headline(report) == "2 updates for live"
    assert {cell.text for row in matrix(report) for cell in row.cells[1]} == {"1.2.3 -> 1.2.4", "1.0.0 -> 1.1.0"}
    assert "2 updates proposed" in base_word(told)


def test_what_it_does_not_take_over_is_in_the_report_with_why() -> None:
    told = story().pass_by(days=1)
    report = told.run()
    assert headline(report) == "nothing to update"
    assert {one.reason.id for one in told_reasons(report)} >= {"promotion-not-soaked"}


def test_what_is_newer_than_one_that_is_ready_is_said_to_be_left_alone() -> None:
    told = opened()
    say(told, draft=False)
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=4).run()
    assert base_word(told).startswith("2 updates left alone")


def test_where_nothing_changes_the_next_update_writes_nothing() -> None:
    told = opened()
    before, written = dict(told.remote.branches), len(told.forge.writes)
    told.pass_by(hours=1).run()
    assert (told.remote.branches, len(told.forge.writes)) == (before, written)


def test_without_the_key_an_update_opens_nothing() -> None:
    told = story()
    told.configuration = configuration(tier("staging", "exact"), replace(PRODUCTION, standing_draft=False))
    told.pass_by(days=4).run()
    assert versions(told) == {}


def test_promote_finds_the_same_draft_and_writes_nothing() -> None:
    told = opened()
    before, written = dict(told.remote.branches), len(told.forge.writes)
    told.promote()
    assert (told.remote.branches, len(told.forge.writes)) == (before, written)


def test_a_row_that_is_unticked_stays_out_until_a_newer_version() -> None:
    told = opened()
    say(told, old="- [x] <code>ghcr.io/x/podinfo</code>", new="- [ ] <code>ghcr.io/x/podinfo</code>")
    told.run()
    assert versions(told) == {"apps/live/b.yaml": "1.1.0"}
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=4).run()
    assert versions(told) == {**BOTH, LIVE: "1.2.5"}


def test_what_soaked_stays_in_it_while_the_next_one_soaks() -> None:
    told = opened()
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=1).run()
    assert versions(told) == BOTH
    told.pass_by(days=3).run()
    assert versions(told) == {**BOTH, LIVE: "1.2.5"}


def test_what_soaked_long_ago_stays_in_it_too() -> None:
    told = opened().write({"apps/live/b.yaml": release("1.1.0", chart="redis")})
    for day in range(40):
        told.remote.commit("main", {"docs.md": str(day)})
        told.pass_by(days=1)
    told.write({STAGING: release("1.2.5")}).run()
    assert versions(told) == {LIVE: "1.2.4"}


def test_what_soaked_leaves_it_where_its_tag_is_another_chart_now() -> None:
    told = Story(configuration(tier("staging", "exact"), PRODUCTION))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5", digests="345")

    def pinned(version: str, sign: str) -> str:
        return oci(f"{{tag: {version}, digest: '{digest(sign)}'}}")

    told.write({STAGING: pinned("1.2.3", "3"), LIVE: pinned("1.2.3", "3")})
    told.write({STAGING: pinned("1.2.4", "4")}).run()
    told.pass_by(days=4).run()
    told.write({STAGING: pinned("1.2.5", "5")}).run()
    assert told.remote.files(BRANCH)[LIVE].decode() == pinned("1.2.4", "4")

    told.registry.push(source(PODINFO), "1.2.4", digest("e"))
    told.run()
    assert BRANCH not in told.remote.branches


def test_what_never_soaked_does_not_stay_in_it() -> None:
    told = opened()
    longer = replace(PRODUCTION, pace=pace(comes_from=["staging"], soak="2w"))
    told.configuration = configuration(tier("staging", "exact"), longer)
    told.write({STAGING: release("1.2.5")}).run()
    assert versions(told) == {}


def test_what_staging_went_back_from_leaves_it_at_once() -> None:
    told = opened()
    told.write({STAGING: release("1.2.3")}).run()
    assert versions(told) == {"apps/live/b.yaml": "1.1.0"}


def test_what_a_person_holds_leaves_it_at_once() -> None:
    told = opened()
    past = read_past(told.repository, told.remote.branches["flux-chart-bot/state/ledger"])
    remember(Ledger(words={Matter(chart=PODINFO): Word(at=told.now, held=True)}), past, told.forge.us)
    told.run()
    assert versions(told) == {"apps/live/b.yaml": "1.1.0"}


def test_once_it_is_marked_ready_it_stays_as_it_is() -> None:
    told = opened()
    say(told, draft=False)
    tip, words = told.remote.branches[BRANCH], told.forge.pulls[1].body
    told.write({STAGING: release("1.2.5")}).run()
    report = told.pass_by(days=4).run()
    assert [one.plan.reason.id for one in report.outcomes if one.plan.reason] == ["marked-ready"]
    assert (told.remote.branches[BRANCH], told.forge.pulls[1].body) == (tip, words)
    say(told, draft=True)
    told.run()
    assert versions(told) == {**BOTH, LIVE: "1.2.5"}


def test_what_somebody_closed_is_not_proposed_again_and_newer_versions_are() -> None:
    told = opened()
    told.forge.close(1)
    told.run()
    assert told.forge.pulls == {}
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=4).run()
    assert versions(told) == {LIVE: "1.2.5"}


def test_merged_it_goes_and_the_next_version_has_a_new_one() -> None:
    told = opened()
    told.write({LIVE: release("1.2.4"), "apps/live/b.yaml": release("1.1.0", chart="redis")})
    del told.forge.pulls[1]
    told.run()
    assert BRANCH not in told.remote.branches
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=4).run()
    assert versions(told) == {LIVE: "1.2.5"}


@pytest.mark.parametrize("away", [(PODINFO, "1.2.4"), (REDIS, "1.1.0")])
def test_a_registry_that_is_away_takes_no_row_out(away: tuple[str, str]) -> None:
    told = opened()
    tip = told.remote.branches[BRANCH]
    told.registry.lost.add((source(away[0]), away[1]))
    told.run()
    assert told.remote.branches[BRANCH] == tip
    told.registry.lost |= {(source(PODINFO), "1.2.4"), (source(REDIS), "1.1.0")}
    told.run()
    assert told.remote.branches[BRANCH] == tip
    assert list(told.forge.pulls) == [1]


def test_a_branch_that_others_work_on_is_left_to_them() -> None:
    told = opened()
    told.remote.commit(BRANCH, {"apps/live/values.txt": "x"})
    tip = told.remote.branches[BRANCH]
    told.write({STAGING: release("1.2.5")}).run()
    told.pass_by(days=4).run()
    assert told.remote.branches[BRANCH] == tip


def test_outside_of_productions_windows_nothing_is_opened() -> None:
    told = opened(Proposing(windows=(Window(cron="* * 1 1 *", zone=UTC, name="UTC"),)))
    assert versions(told) == {}
    told.promote()
    assert versions(told) == BOTH


def test_production_never_moves_by_it() -> None:
    told = story()
    before = told.remote.branches["main"]
    for _ in range(6):
        told.pass_by(days=1).run()
    assert told.remote.branches["main"] == before
