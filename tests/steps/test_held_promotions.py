"""What a person holds or took back leaves the promotions that are open; where it cannot, head and report say so."""

from datetime import UTC

import pytest
from builders import PODINFO, configuration, pace, rule, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.ledger.model import Ledger, Matter, Word
from bot.model.proposals import State
from bot.model.proposing import Proposing, Window
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import read_past, remember

ALL = "flux-chart-bot/live/promotion"
STAGING, LIVE = "apps/staging/a.yaml", "apps/live/a.yaml"
REDIS = "ghcr.io/x/redis"
ONCE_A_YEAR = Proposing(windows=(Window(cron="* * 1 7 *", zone=UTC, name="UTC"),))
BY_WORD = {"chart": PODINFO, "version": "1.2.5", "reason": "mends it"}


def asked(*, standing: bool = False) -> Story:
    """Two charts are open for production."""
    production = tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="3d"))
    told = Story(configuration(tier("staging", "exact"), replace(production, standing_draft=standing)))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5").push(REDIS, "1.0.0", "1.1.0")
    both = {f"apps/{name}/b.yaml": release("1.0.0", chart="redis") for name in ("staging", "live")}
    told.write({STAGING: release("1.2.3"), LIVE: release("1.2.3"), **both})
    told.write({STAGING: release("1.2.4"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}).run()
    told.pass_by(days=4).promote()
    return told


def hold(told: Story, version: str = "1.2.4", *, chart: str = PODINFO, held: bool = True) -> RunReport:
    """A person's word, and the update that follows it."""
    told.pass_by(minutes=1)
    past = read_past(told.repository, told.remote.branches.get("flux-chart-bot/state/ledger"))
    word = Word(at=told.now, held=held, why="it leaks")
    remember(Ledger(words={Matter(chart=chart, version=version): word}), past, told.forge.us)
    return told.run()


def changed(told: Story, branch: str = ALL) -> set[str]:
    if branch not in told.remote.branches:
        return set()
    tip, base = told.remote.files(branch), told.remote.files("main")
    return {path for path in tip if tip[path] != base.get(path) and "/staging/" not in path}


def status(told: Story, branch: str = ALL) -> tuple[State, str]:
    last = told.forge.set_by_us[told.remote.branches[branch]][-1]
    return last.state, last.description


def reasons(report: RunReport) -> set[str]:
    return {one.reason.id for one in told_reasons(report)}


def mark_ready(told: Story, *, ready: bool = True) -> None:
    [number] = told.forge.pulls
    told.forge.pulls[number] = replace(told.forge.pulls[number], draft=not ready)


def test_what_is_held_leaves_a_draft_that_somebody_asked_for() -> None:
    told = asked()
    assert changed(told) == {LIVE, "apps/live/b.yaml"}
    hold(told)
    assert changed(told) == {"apps/live/b.yaml"}
    assert status(told) == (State.SUCCESS, "1 update")
    assert "it leaks" in told.forge.pulls[1].body


def skip(told: Story) -> RunReport:
    told.pass_by(minutes=1)
    told.configuration = replace(told.configuration, rules=(rule(charts=[PODINFO], tiers=["live"], skip=["1.2.4"]),))
    return told.run()


def test_what_a_rule_skips_by_now_leaves_it_too() -> None:
    told = asked()
    skip(told)
    assert changed(told) == {"apps/live/b.yaml"}
    assert "skipped by a rule" in told.forge.pulls[1].body


def test_what_a_rule_skips_by_now_is_said_where_it_stays() -> None:
    told = asked()
    mark_ready(told)
    report = skip(told)
    assert status(told) == (State.FAILURE, "do not merge podinfo 1.2.4: skipped by a rule (1.2.4)")
    assert "still-holds" in reasons(report)


def test_nothing_else_comes_into_it_by_that() -> None:
    told = asked()
    both = {f"apps/{name}/c.yaml": release("1.2.3", name="other") for name in ("staging", "live")}
    told.push("ghcr.io/x/nginx", "1.0.0", "1.1.0")
    told.write({f"apps/{name}/d.yaml": release("1.0.0", chart="nginx") for name in ("staging", "live")} | both)
    told.write({"apps/staging/d.yaml": release("1.1.0", chart="nginx")}).run()
    told.pass_by(days=4)
    hold(told)
    assert changed(told) == {"apps/live/b.yaml"}


def test_a_promotion_of_one_chart_that_is_held_is_closed() -> None:
    told = asked()
    told.promote(**BY_WORD)
    [branch] = [pull.head for pull in told.forge.pulls.values() if pull.head != ALL]
    report = hold(told, "1.2.5")
    assert branch not in told.remote.branches
    assert [pull.head for pull in told.forge.pulls.values()] == [ALL]
    assert changed(told) == {LIVE, "apps/live/b.yaml"}
    assert "still-holds" not in reasons(report)


@pytest.mark.parametrize("standing", [False, True])
def test_one_that_is_marked_ready_stays_and_its_head_says_not_to_merge_it(standing: bool) -> None:  # noqa: FBT001
    told = asked(standing=standing)
    mark_ready(told)
    report = hold(told)
    assert changed(told) == {LIVE, "apps/live/b.yaml"}
    assert status(told) == (State.FAILURE, "do not merge podinfo 1.2.4: held by a person: it leaks")
    [said] = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "still-holds"]
    assert said == "#1 still has ghcr.io/x/podinfo 1.2.4: held by a person: it leaks"


@pytest.mark.parametrize("standing", [False, True])
def test_once_it_is_released_the_head_says_what_it_has(standing: bool) -> None:  # noqa: FBT001
    told = asked(standing=standing)
    mark_ready(told)
    hold(told)
    report = hold(told, held=False)
    assert status(told) == (State.SUCCESS, "2 updates")
    assert "still-holds" not in reasons(report)


def test_one_that_others_work_on_is_left_to_them_with_the_same_word() -> None:
    told = asked()
    told.remote.commit(ALL, {"apps/live/values.txt": "x"})
    report = hold(told)
    assert status(told)[0] is State.FAILURE
    assert "still-holds" in reasons(report)


def mends(report: RunReport) -> list[str]:
    return [one.reason.mend for one in told_reasons(report) if one.reason.id == "still-holds"]


def test_each_row_that_stays_is_told_with_the_reason_that_is_its_own() -> None:
    told = asked()
    told.remote.commit(ALL, {"apps/live/values.txt": "x"})
    hold(told)
    told.write({"apps/staging/b.yaml": release("1.0.0", chart="redis")})
    left = f"staging went back from it in {told.remote.branches['main'][:10]}"
    report = told.run()
    said = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "still-holds"]
    assert said == [
        "#1 still has ghcr.io/x/podinfo 1.2.4: held by a person: it leaks",
        f"#1 still has {REDIS} 1.1.0: {left}",
    ]
    assert status(told)[1] == f"do not merge podinfo 1.2.4: held by a person: it leaks; nor redis 1.1.0: {left}"


def test_rows_of_one_reason_are_told_together() -> None:
    told = asked()
    mark_ready(told)
    hold(told)
    report = hold(told, "1.1.0", chart=REDIS)
    assert status(told)[1] == "do not merge podinfo 1.2.4, redis 1.1.0: held by a person: it leaks"
    assert len(mends(report)) == 1


def test_the_mend_says_only_what_helps() -> None:
    told = asked()
    mark_ready(told)
    assert mends(hold(told)) == ["Do not merge it: convert it to a draft, or close it, or run `release` for it"]
    told.remote.commit(ALL, {"apps/live/values.txt": "x"})
    anew = ["Do not merge it: tick its last box to have it made anew, or close it, or run `release` for it"]
    assert mends(told.run()) == anew
    mark_ready(told, ready=False)
    assert mends(told.run()) == anew
    other = asked()
    other.configuration = configuration(tier("staging", "exact"), tier("live", "exact", production=True))
    assert mends(hold(other)) == ["Do not merge it: close it, or run `release` for it"]


def test_where_nothing_says_which_tier_it_came_from_it_stays_with_the_same_word() -> None:
    told = asked()
    bare = tier("live", "exact", production=True)
    told.configuration = configuration(tier("staging", "exact"), bare)
    report = hold(told)
    assert changed(told) == {LIVE, "apps/live/b.yaml"}
    assert (status(told)[0], "still-holds" in reasons(report)) == (State.FAILURE, True)


def test_a_promotion_of_one_chart_whose_version_is_on_the_base_is_named_and_then_closed() -> None:
    told = asked()
    told.promote(chart=PODINFO)
    [branch] = [pull.head for pull in told.forge.pulls.values() if pull.head != ALL]
    told.write({LIVE: release("1.2.4")})
    report = told.promote()
    assert "#2 moves ghcr.io/x/podinfo from a version that its base no longer has" in {
        one.reason.sentence for one in told_reasons(report)
    }
    told.run()
    assert branch not in told.remote.branches
    assert [pull.head for pull in told.forge.pulls.values()] == [ALL]


def shut(told: Story, *names: str) -> Story:
    """The windows of these tiers are closed from now on."""
    tiers = (replace(one, proposing=ONCE_A_YEAR) if one.name in names else one for one in told.configuration.tiers)
    told.configuration = replace(told.configuration, tiers=tuple(tiers))
    return told


def test_what_is_held_leaves_a_standing_draft_outside_of_its_windows_and_nothing_comes_into_it() -> None:
    told = shut(asked(standing=True), "live")
    told.push("ghcr.io/x/nginx", "1.0.0", "1.1.0").push(REDIS, "1.2.0")
    told.write({f"apps/{name}/c.yaml": release("1.0.0", chart="nginx") for name in ("staging", "live")})
    newer = release("1.2.0", chart="redis")
    told.write({"apps/staging/c.yaml": release("1.1.0", chart="nginx"), "apps/staging/b.yaml": newer}).run()
    told.pass_by(days=4).run()
    assert changed(told) == {LIVE, "apps/live/b.yaml"}
    hold(told)
    assert changed(told) == {"apps/live/b.yaml"}
    assert "version: 1.1.0" in told.remote.files(ALL)["apps/live/b.yaml"].decode()
    assert "it leaks" in told.forge.pulls[1].body


def test_a_row_that_is_unticked_leaves_a_standing_draft_outside_of_its_windows() -> None:
    told = shut(asked(standing=True), "live")
    pull = told.forge.pulls[1]
    body = pull.body.replace("- [x] <code>ghcr.io/x/podinfo</code>", "- [ ] <code>ghcr.io/x/podinfo</code>")
    told.forge.pulls[1] = replace(pull, body=body)
    told.run()
    assert changed(told) == {"apps/live/b.yaml"}


def test_what_is_held_leaves_the_pull_request_of_any_tier_outside_of_its_windows() -> None:
    told = Story(configuration(tier("dev", "any")))
    told.push(PODINFO, "1.2.3", "1.2.4").push(REDIS, "1.0.0", "1.1.0")
    told.write({"apps/dev/a.yaml": release("1.2.3"), "apps/dev/b.yaml": release("1.0.0", chart="redis")}).run()
    shut(told, "dev").push(PODINFO, "1.2.5")
    told.run()
    assert changed(told, "flux-chart-bot/dev/all") == {"apps/dev/a.yaml", "apps/dev/b.yaml"}
    hold(told)
    assert changed(told, "flux-chart-bot/dev/all") == {"apps/dev/b.yaml"}
