"""What of a tier's updates is proposed now: refusals, modes, limits, and who comes first."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from builders import configuration, exact, place, reference, rule, tier
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model.proposing import Amounts, Extras, Grouping, Majors, Mode, Proposing, ProposingRule, Window
from bot.model.tiers import Rule, Tier
from bot.model.verdicts import Edit, Held, ReachedTier, Update, Verdict
from bot.planning.arranging import PATIENCE, Arrangement, arrange_tier
from bot.planning.candidates import Standing
from bot.planning.grouping import BEYOND
from bot.planning.memory import TierMemory
from bot.planning.rows import Row
from bot.planning.smaller_jumps import SmallerJump
from bot.reasons import UNREACHABLE

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
HOST = "ghcr.io/x/"


def dev(group: Grouping = Grouping.TIER, opened: int = 5, changes: int = 10, mode: Mode = Mode.PROPOSE) -> Tier:
    amounts = Amounts(open=opened, changes=changes)
    return replace(tier("dev", "any"), proposing=Proposing(group=group, mode=mode, amounts=amounts))


def update(name: str, new: str = "1.2.4", jump: str = "patch", at: str = "") -> Verdict:
    path = at or f"apps/dev/{name}.yaml"
    edits = (Edit(place=place("1.2.3", path=path), text=new),)
    one = reference("1.2.3", chart=f"{HOST}{name}", pin=exact("1.2.3"), path=path)
    return Verdict(tier=dev(), reference=one, decision=Update(old="1.2.3", new=new, tag=new, edits=edits, jump=jump))


def row(name: str, version: str = "1.2.4") -> Row:
    return Row(chart=f"{HOST}{name}", version=version)


def arranged(
    of: Tier,
    *verdicts: Verdict,
    standing: Mapping[str, frozenset[Row]] | None = None,
    numbers: frozenset[int] = frozenset(),
    memory: TierMemory | None = None,
    rules: tuple[Rule, ...] = (),
    now: datetime = NOW,
    theirs: frozenset[str] = frozenset(),
    unopened: Mapping[str, frozenset[Row]] | None = None,
    smaller: tuple[SmallerJump, ...] = (),
) -> Arrangement:
    there = Standing(rows=standing or {}, unopened=unopened or {}, theirs=theirs, numbers=numbers)
    return arrange_tier(of, verdicts, configuration(of, rules=rules), there, memory or TierMemory(), now, smaller)


def test_what_goes_back_waits_for_no_room() -> None:
    of = dev(Grouping.CHART, opened=1, changes=1)
    verdicts = update("a"), update("b"), update("c", "1.2.2", "rollback")

    assert proposed(arranged(of, *verdicts)) == {"c": ["c"]}
    [standing] = arranged(of, update("a")).groups
    assert proposed(arranged(of, *verdicts, standing={standing.text: frozenset({row("a")})})) == {
        "a": ["a"],
        "c": ["c"],
    }


def proposed(found: Arrangement) -> dict[str, list[str]]:
    """Names of charts by what their pull request is about."""
    return {
        key.about: [found.verdicts[at].reference.object.name for at in positions]
        for key, positions in found.groups.items()
    }


def reasons(found: Arrangement) -> dict[str, str]:
    """The reason's id for each chart that is held."""
    return {
        one.reference.object.name: one.decision.reason.id for one in found.verdicts if isinstance(one.decision, Held)
    }


def test_all_updates_of_a_tier_share_a_pull_request_but_for_majors() -> None:
    found = arranged(dev(), update("a"), update("b", "1.3.0", "minor"), update("c", "2.0.0", "major"))
    assert proposed(found) == {"": ["a", "b"], "majors": ["c"]}
    assert reasons(found) == {}


def test_each_chart_can_have_its_own() -> None:
    assert proposed(arranged(dev(Grouping.CHART), update("a"), update("b"))) == {"a": ["a"], "b": ["b"]}


def test_updates_that_write_one_value_share_a_pull_request_whatever_their_charts() -> None:
    same = "apps/dev/inputs.yaml"
    assert proposed(arranged(dev(Grouping.CHART), update("a", at=same), update("b", at=same))) == {"a": ["a", "b"]}


def test_a_refused_row_is_held_and_the_others_go_on() -> None:
    memory = TierMemory().refusing([row("a")], 12)
    found = arranged(dev(), update("a"), update("b"), memory=memory)
    assert proposed(found) == {"": ["b"]}
    held = found.verdicts[0].decision
    assert isinstance(held, Held)
    assert (held.version, held.reason.sentence) == ("1.2.3", "1.2.4 was refused in #12")
    assert "`release --chart ghcr.io/x/a`; or, where #12 was closed and not merged, restore" in held.reason.mend


def test_a_refusal_holds_in_whatever_group_the_row_would_be_now() -> None:
    memory = TierMemory().refusing([row("a")], 12)
    assert reasons(arranged(dev(Grouping.CHART), update("a"), memory=memory)) == {"a": "refused"}


def test_a_newer_version_of_what_was_refused_is_proposed() -> None:
    memory = TierMemory().refusing([row("a")], 12)
    assert proposed(arranged(dev(), update("a", "1.2.5"), memory=memory)) == {"": ["a"]}


def test_what_was_reopened_is_wanted_again() -> None:
    memory = TierMemory().refusing([row("a")], 12)
    assert proposed(arranged(dev(), update("a"), memory=memory, numbers=frozenset({12}))) == {"": ["a"]}


def test_what_was_taken_out_by_its_box_stays_out_of_the_open_pull_request() -> None:
    memory = TierMemory().refusing([row("a")], 12, unticked=True)
    found = arranged(dev(), update("a"), memory=memory, numbers=frozenset({12}))
    assert reasons(found) == {"a": "taken-out"}
    assert list(found.taken_out.values()) == [{row("a")}]


def test_what_was_taken_out_of_what_is_closed_since_was_refused() -> None:
    memory = TierMemory().refusing([row("a")], 12, unticked=True)
    assert reasons(arranged(dev(), update("a"), memory=memory)) == {"a": "refused"}


def test_a_tier_that_only_reports_proposes_nothing() -> None:
    found = arranged(dev(mode=Mode.REPORT), update("a"))
    assert (proposed(found), reasons(found)) == ({}, {"a": "only-reported"})


def test_a_rule_can_let_majors_be_reported_only() -> None:
    only = replace(rule(), jumps=("major",), proposing=ProposingRule(mode=Mode.REPORT))
    found = arranged(dev(), update("a"), update("b", "2.0.0", "major"), rules=(only,))
    assert (proposed(found), reasons(found)) == ({"": ["a"]}, {"b": "only-reported"})


def test_patches_come_before_minors_before_majors() -> None:
    updates = (update("a", "2.0.0", "major"), update("b", "1.3.0", "minor"), update("c"), update("d"))
    found = arranged(dev(Grouping.CHART, opened=3), *updates)
    assert proposed(found) == {"b": ["b"], "c": ["c"], "d": ["d"]}
    assert reasons(found) == {"a": "waits-for-room"}
    assert found.waiting == {f"{HOST}a": NOW}


def test_what_is_open_is_not_pushed_out_by_what_is_new() -> None:
    first = arranged(dev(Grouping.CHART, opened=1), update("z", "1.3.0", "minor"))
    (key,) = first.groups
    standing = {key.text: frozenset({row("z", "1.3.0")})}
    found = arranged(dev(Grouping.CHART, opened=1), update("a"), update("z", "1.4.0", "minor"), standing=standing)
    assert proposed(found) == {"z": ["z"]}


def test_what_is_open_beyond_the_limit_stays_open() -> None:
    first = arranged(dev(Grouping.CHART), update("a"), update("b"))
    standing = {key.text: frozenset[Row]() for key in first.groups}
    found = arranged(dev(Grouping.CHART, opened=1), update("a"), update("b"), update("c"), standing=standing)
    assert proposed(found) == {"a": ["a"], "b": ["b"]}


@pytest.mark.parametrize("why", ["others work on it", "a window is shut", "its registry is away"])
def test_what_stays_open_counts_whatever_is_wished_of_it(why: str) -> None:
    of, verdicts = dev(Grouping.CHART, opened=1), [update("b")]
    rules: tuple[Rule, ...] = ()
    [key] = arranged(of, update("a")).groups
    touched = {key.text: 7} if why == "others work on it" else {}
    if why == "a window is shut":
        rules = (replace(rule(charts=[f"{HOST}a"]), proposing=ProposingRule(windows=(OFFICE,))),)
        verdicts.append(update("a", "1.2.5"))
    if why == "its registry is away":
        verdicts.append(replace(update("a"), decision=Held(version="1.2.3", reason=UNREACHABLE(host="h", problem="x"))))
    there = Standing(rows={key.text: frozenset({row("a")})}, touched=touched)
    found = arrange_tier(of, tuple(verdicts), configuration(of, rules=rules), there, TierMemory(), NOW)
    assert proposed(found) == {}
    assert reasons(found)["b"] == "waits-for-room"


def test_what_is_about_to_be_closed_leaves_its_room() -> None:
    of = dev(Grouping.CHART, opened=1)
    [key] = arranged(of, update("a")).groups
    assert proposed(arranged(of, update("b"), standing={key.text: frozenset({row("a")})})) == {"b": ["b"]}


def test_the_draft_of_what_lies_past_the_limits_takes_and_waits_for_no_room() -> None:
    few, draft = dev(Grouping.CHART, opened=1), dev(opened=1)
    draft = replace(draft, proposing=replace(draft.proposing, group=BEYOND, majors=Majors.TOGETHER))
    [beyond], [other] = arranged(draft, update("a")).groups, arranged(few, update("b")).groups
    standing = {beyond.text: frozenset({row("a")}), other.text: frozenset({row("b")})}
    for of, key, chart in ((few, beyond, "c"), (draft, other, "c")):
        there = Standing(rows={key.text: standing[key.text]}, touched={key.text: 7})
        found = arrange_tier(of, (update(chart),), configuration(of), there, TierMemory(), NOW)
        assert list(proposed(found).values()) == [[chart]]


def test_a_row_of_an_open_pull_request_stays_in_it() -> None:
    standing = {"all": frozenset({row("z", "1.3.0")})}
    found = arranged(dev(changes=2), update("a"), update("b"), update("z", "1.4.0", "minor"), standing=standing)
    assert proposed(found) == {"": ["a", "z"]}
    held = found.verdicts[1].decision
    assert isinstance(held, Held)
    assert held.reason.sentence == "1.2.4 waits: its pull request has as many changes as it may (2)"


def test_all_references_of_one_row_count_once() -> None:
    twice = [update("a", at=f"apps/dev/{sign}.yaml") for sign in "xyz"]
    assert proposed(arranged(dev(changes=1), *twice)) == {"": ["a", "a", "a"]}


def test_the_oldest_wait_goes_first_among_equals() -> None:
    memory = TierMemory(waiting={f"{HOST}b": NOW - timedelta(days=2), f"{HOST}c": NOW - timedelta(days=3)})
    found = arranged(dev(Grouping.CHART, opened=1), update("a"), update("b"), update("c"), memory=memory)
    assert proposed(found) == {"c": ["c"]}
    assert found.waiting == {f"{HOST}a": NOW, f"{HOST}b": NOW - timedelta(days=2)}


def test_who_waited_too_long_goes_before_every_patch() -> None:
    memory = TierMemory(waiting={f"{HOST}z": NOW - PATIENCE - timedelta(seconds=1)})
    found = arranged(dev(Grouping.CHART, opened=1), update("a"), update("z", "2.0.0", "major"), memory=memory)
    assert proposed(found) == {"z, majors": ["z"]}


def test_a_branch_that_others_work_on_takes_no_other_chart_and_nobody_loses_their_wait() -> None:
    since = {f"{HOST}b": NOW - timedelta(days=2)}
    standing, memory = {"all": frozenset({row("a")})}, TierMemory(waiting=since)
    found = arranged(dev(), update("a"), update("b"), standing=standing, memory=memory, theirs=frozenset({"all"}))
    assert proposed(found) == {"": ["a"]}
    assert reasons(found) == {"b": "waits-for-others"}
    assert found.waiting == since


def test_what_lies_on_a_branch_without_a_pull_request_is_not_pushed_out() -> None:
    memory = TierMemory(waiting={f"{HOST}a": NOW - timedelta(days=2)})
    found = arranged(dev(changes=1), update("a"), update("b"), memory=memory, unopened={"all": frozenset({row("b")})})
    assert proposed(found) == {"": ["b"]}


def test_a_chart_with_a_new_major_keeps_its_turn() -> None:
    of = dev(Grouping.CHART, opened=1)
    [old] = arranged(of, update("b")).groups
    standing = {old.text: frozenset({row("b", "1.2.4")})}
    found = arranged(of, update("a"), update("b", "2.0.0", "major"), standing=standing)
    assert proposed(found) == {"b, majors": ["b"]}


def test_a_day_without_its_registry_takes_nobodys_place_in_the_queue() -> None:
    unknown = replace(update("b"), decision=Held(version="1.2.3", reason=UNREACHABLE(host="h", problem="away")))
    since = {f"{HOST}b": NOW - timedelta(days=2), f"{HOST}gone": NOW - timedelta(days=2)}
    found = arranged(dev(), update("a"), unknown, memory=TierMemory(waiting=since))
    assert found.waiting == {f"{HOST}b": NOW - timedelta(days=2)}


def test_a_night_outside_of_its_windows_takes_nobodys_place_in_the_queue() -> None:
    since = {f"{HOST}a": NOW - timedelta(days=2)}
    found = arranged(within_hours(), update("a"), memory=TierMemory(waiting=since), now=NOW.replace(hour=23))
    assert found.waiting == since


@given(
    names=st.sets(st.sampled_from("abcdefgh"), min_size=1),
    opened=st.integers(1, 3),
    jumps=st.lists(st.sampled_from(["patch", "minor", "major"]), min_size=8, max_size=8),
)
@settings(max_examples=30)
def test_no_chart_starves_while_what_is_open_is_merged(names: set[str], opened: int, jumps: list[str]) -> None:
    """Every day all that is open is merged, and each of these charts has a new release at once."""
    memory, now, seen = TierMemory(), NOW, set[str]()
    updates = [update(name, jump=jump) for name, jump in zip(sorted(names), jumps, strict=False)]
    for _ in range(PATIENCE.days + 2 + len(names)):
        found = arranged(dev(Grouping.CHART, opened=opened), *updates, memory=memory, now=now)
        assert len(found.groups) == min(opened, len(names))
        seen |= {name for charts in proposed(found).values() for name in charts}
        memory, now = replace(memory, waiting=found.waiting), now + timedelta(days=1)
    assert seen == names


OFFICE = Window(cron="* 9-16 * * mon-fri", zone=UTC, name="UTC")


def within_hours(group: Grouping = Grouping.TIER) -> Tier:
    made = dev(group)
    return replace(made, proposing=replace(made.proposing, windows=(OFFICE,)))


def test_outside_its_windows_nothing_new_is_proposed() -> None:
    found = arranged(within_hours(), update("a"))
    assert (proposed(found), reasons(found)) == ({}, {"a": "waits-for-window"})
    held = found.verdicts[0].decision
    assert isinstance(held, Held)
    assert held.reason.sentence == "1.2.4 waits until 2026-11-23 09:00 UTC"


def test_within_them_it_is() -> None:
    assert proposed(arranged(within_hours(), update("a"), now=datetime(2026, 11, 23, 9, tzinfo=UTC))) == {"": ["a"]}


def test_what_is_open_stays_as_it_is_outside_of_them() -> None:
    standing = {"all": frozenset({row("a"), row("b")})}
    found = arranged(within_hours(), update("a"), update("b", "1.2.5"), update("c"), standing=standing)
    assert proposed(found) == {"": ["a"]}
    assert reasons(found) == {"b": "waits-for-window", "c": "waits-for-window"}
    assert found.frozen == {"all"}


def test_where_a_person_holds_a_row_it_loses_rows_outside_of_them_and_gains_none() -> None:
    standing = {"all": frozenset({row("a"), row("b"), row("held")})}
    verdicts = update("a"), update("b", "1.2.5"), update("c")
    there = Standing(rows=standing, held=frozenset({"all"}))
    of = within_hours()
    found = arrange_tier(of, verdicts, configuration(of), there, TierMemory(), NOW)
    assert (proposed(found), found.frozen) == ({"": ["a"]}, frozenset())
    assert reasons(found) == {"b": "waits-for-window", "c": "waits-for-window"}


def test_a_chart_with_a_window_of_its_own_does_not_hold_up_the_others() -> None:
    only = replace(rule(charts=[f"{HOST}a"]), proposing=ProposingRule(windows=(OFFICE,)))
    found = arranged(dev(), update("a"), update("b"), standing={"all": frozenset({row("b")})}, rules=(only,))
    assert (proposed(found), reasons(found), found.frozen) == ({"": ["b"]}, {"a": "waits-for-window"}, frozenset())


def test_what_waits_for_its_window_takes_no_room() -> None:
    only = replace(rule(charts=[f"{HOST}a"]), proposing=ProposingRule(windows=(OFFICE,)))
    assert proposed(arranged(dev(opened=1, changes=1), update("a"), update("b"), rules=(only,))) == {"": ["b"]}


def test_a_pull_request_gets_what_any_of_its_rows_asks_for() -> None:
    base = dev()
    extras = Extras(labels=("charts",), reviewers=("ann",), assignees=("ann",))
    of = replace(base, proposing=replace(base.proposing, extras=extras))
    more = replace(rule(charts=[f"{HOST}b"]), proposing=ProposingRule(labels=("db", "charts"), reviewers=("x/dba",)))
    found = arranged(of, update("a"), update("b"), rules=(more,))
    (got,) = found.extras.values()
    assert got == Extras(labels=("charts", "db"), reviewers=("ann", "x/dba"), assignees=("ann",))


def test_one_value_of_one_tier_and_of_several_is_for_the_draft_whichever_comes_first() -> None:
    own, of_several = update("a", at="base/v.yaml"), update("b", at="base/v.yaml")
    assert isinstance(of_several.decision, Update)
    reached = tuple(ReachedTier(tier=one, ways=()) for one in (dev(), tier("live", production=True)))
    of_several = replace(of_several, decision=replace(of_several.decision, shared=reached))
    for verdicts in ((own, of_several), (of_several, own)):
        [key] = arranged(dev(), *verdicts).groups
        assert key.text.startswith("shared-")


def smaller(position: int, name: str, new: str, jump: str) -> SmallerJump:
    return SmallerJump(position=position, verdict=update(name, new, jump))


REFUSED_MAJOR = TierMemory().refusing([row("a", "2.0.0")], 7)


@pytest.mark.parametrize(
    ("jump", "memory", "of", "deeper"),
    [
        ("major", TierMemory(), dev(), True),
        ("major", REFUSED_MAJOR, dev(), True),
        ("minor", TierMemory(), dev(), False),
        ("minor", REFUSED_MAJOR, dev(), True),
        ("patch", REFUSED_MAJOR, dev(), False),
        ("pin", REFUSED_MAJOR, dev(), False),
        ("rollback", REFUSED_MAJOR, dev(), False),
        ("major", REFUSED_MAJOR, dev(mode=Mode.REPORT), False),
    ],
)
def test_a_smaller_jump_is_looked_for_only_where_it_would_be_proposed(
    jump: str, memory: TierMemory, of: Tier, *, deeper: bool
) -> None:
    assert bool(arranged(of, update("a", "2.0.0", jump), memory=memory).deeper) is deeper


@pytest.mark.parametrize(("jumps", "deeper"), [({"major"}, True), ({"major", "minor"}, True), (set(), False)])
def test_outside_of_a_window_a_smaller_jump_is_looked_for_only_where_its_own_is_open(
    jumps: set[str], *, deeper: bool
) -> None:
    closed = replace(rule(), jumps=frozenset(jumps), proposing=ProposingRule(windows=(OFFICE,)))
    of = replace(dev(), proposing=Proposing(majors=Majors.TOGETHER))
    found = arranged(of, update("a", "2.0.0", "major"), rules=(closed,))
    assert (bool(found.deeper), reasons(found)) == (deeper, {"a": "waits-for-window"})


def test_a_value_that_several_tiers_share_has_no_smaller_jump() -> None:
    one = update("a", "2.0.0", "major")
    assert isinstance(one.decision, Update)
    shared = replace(one, decision=replace(one.decision, shared=(ReachedTier(tier=dev(), ways=("x",)),)))
    assert arranged(dev(), shared, memory=REFUSED_MAJOR).deeper == ()


@pytest.mark.parametrize(
    ("majors", "memory", "expected"),
    [
        (Majors.APART, TierMemory(), {"": ["1.9.0"], "majors": ["2.0.0"]}),
        (Majors.APART, REFUSED_MAJOR, {"": ["1.9.0"]}),
        (Majors.TOGETHER, TierMemory(), {"": ["2.0.0"]}),
        (Majors.TOGETHER, REFUSED_MAJOR, {"": ["1.9.0"]}),
        (Majors.APART, REFUSED_MAJOR.refusing([row("a", "1.9.0")], 8), {"": ["1.2.9"]}),
        (
            Majors.APART,
            REFUSED_MAJOR.refusing([row("a", "1.9.0")], 8).refusing([row("a", "1.2.9")], 9),
            {},
        ),
    ],
)
def test_of_each_pull_request_s_jumps_the_largest_that_is_wanted_is_proposed(
    majors: Majors, memory: TierMemory, expected: dict[str, list[str]]
) -> None:
    of = replace(dev(), proposing=Proposing(majors=majors))
    known = smaller(0, "a", "1.9.0", "minor"), smaller(0, "a", "1.2.9", "patch")
    found = arranged(of, update("a", "2.0.0", "major"), memory=memory, smaller=known)
    versions = {
        key.about: [one.new for at in positions if isinstance(one := found.verdicts[at].decision, Update)]
        for key, positions in found.groups.items()
    }
    assert versions == expected
