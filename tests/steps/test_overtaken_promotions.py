"""Promotions that somebody asked for, and whose base or lower tier moved on since: the same rows, or a word why not."""

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.kills import Killed, killed_at
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Word
from bot.model.proposals import State
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import read_past, remember

ALL = "flux-chart-bot/live/promotion"
STAGING, LIVE, REDIS_LIVE = "apps/staging/a.yaml", "apps/live/a.yaml", "apps/live/b.yaml"
REDIS = "ghcr.io/x/redis"
BY_WORD = {"chart": PODINFO, "version": "1.2.6", "reason": "it mends #12"}


def fleet() -> Story:
    """Staging runs newer versions of two charts, which have soaked."""
    production = tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="3d"))
    told = Story(configuration(tier("staging", "exact"), production))
    told.push(PODINFO, "1.2.3", "1.2.4", "1.2.5", "1.2.6").push(REDIS, "1.0.0", "1.1.0", "1.2.0")
    both = {f"apps/{name}/b.yaml": release("1.0.0", chart="redis") for name in ("staging", "live")}
    told.write({STAGING: release("1.2.3"), LIVE: release("1.2.3"), **both})
    told.write({STAGING: release("1.2.5"), "apps/staging/b.yaml": release("1.1.0", chart="redis")}).run()
    return told.pass_by(days=4)


def asked(**given: str) -> Story:
    """The same, with what somebody asked for."""
    told = fleet()
    told.promote(**given)
    return told


def standing(told: Story) -> Story:
    """The same, from now on with a draft that updates keep."""
    below, production = told.configuration.tiers
    told.configuration = configuration(below, replace(production, standing_draft=True))
    return told


def hold(told: Story, version: str = "") -> None:
    """A person's word, and the update that follows it."""
    past = read_past(told.repository, told.remote.branches["flux-chart-bot/state/ledger"])
    remember(Ledger(words={Matter(chart=PODINFO, version=version): Word(at=told.now, held=True)}), past, told.forge.us)
    told.run()


def branch_of(told: Story) -> str:
    [pull] = told.forge.pulls.values()
    return pull.head


def proposed(told: Story, branch: str) -> dict[str, str]:
    """What a branch changes of production on the base as it is now."""
    tip, base = told.remote.files(branch), told.remote.files("main")
    live = (path for path in tip if path.startswith("apps/live/") and tip[path] != base.get(path))
    return {path: tip[path].decode().partition("version: ")[2].split()[0] for path in live}


def versions(told: Story) -> dict[str, str]:
    """The same of the only open promotion."""
    return proposed(told, branch_of(told))


def reasons(report: RunReport) -> set[str]:
    return {one.reason.id for one in told_reasons(report)}


def stands_on_its_base(told: Story) -> bool:
    tip = told.remote.branches[branch_of(told)]
    [facts] = told.our_side().repository.history(tip, 1)
    return facts.parents == (told.remote.branches["main"],)


def test_a_row_that_the_base_has_falls_out_and_the_rest_is_built_anew_in_one_push() -> None:
    told = asked()
    told.write({LIVE: release("1.2.5")})
    report = told.run()
    assert versions(told) == {REDIS_LIVE: "1.1.0"}
    assert stands_on_its_base(told)
    assert list(told.forge.pulls) == [1]
    assert told.forge.pulls[1].title == "chore(deps): promote redis 1.1.0 to live"
    assert "overtaken" not in reasons(report)


def test_a_row_that_the_base_is_past_falls_out_as_well() -> None:
    told = asked()
    told.write({LIVE: release("1.2.6")}).run()
    assert versions(told) == {REDIS_LIVE: "1.1.0"}


def test_a_version_that_changed_under_it_leaves_the_rows_as_they_were_asked_for() -> None:
    told = asked()
    told.write({STAGING: release("1.2.6"), "apps/staging/b.yaml": release("1.2.0", chart="redis")}).run()
    told.pass_by(days=4).write({LIVE: release("1.2.4")}).run()
    assert versions(told) == {LIVE: "1.2.5", REDIS_LIVE: "1.1.0"}
    assert stands_on_its_base(told)
    assert "<code>1.2.4</code> → <code>1.2.5</code>" in told.forge.pulls[1].body


def test_what_is_held_leaves_the_others_at_the_versions_that_were_asked_for() -> None:
    told = asked()
    told.write({"apps/staging/b.yaml": release("1.2.0", chart="redis")}).run()
    told.pass_by(days=4)
    hold(told)
    assert versions(told) == {REDIS_LIVE: "1.1.0"}


def test_killed_before_any_of_its_writes_it_is_completed_by_the_next() -> None:
    def overtaken() -> Story:
        return asked().write({LIVE: release("1.2.4"), REDIS_LIVE: release("1.1.0", chart="redis")})

    def left(told: Story) -> tuple[object, ...]:
        [pull] = told.forge.pulls.values()
        return versions(told), pull.title, pull.body, told.forge.set_by_us[told.remote.branches[ALL]]

    whole = overtaken()
    with killed_at(1000) as writes:
        whole.run()
    assert {"update_pull_request", "set_status"} <= {*writes}
    for number in range(len(writes)):
        told = overtaken()
        with killed_at(number), pytest.raises(Killed):
            told.run()
        told.run()
        assert left(told) == left(whole), writes[number]


def test_where_nothing_that_it_changes_moved_it_is_not_pushed() -> None:
    told = asked()
    tip = told.remote.branches[ALL]
    told.write({STAGING: release("1.2.6"), "apps/live/values.txt": "x"}).run()
    told.pass_by(days=4).run()
    assert told.remote.branches[ALL] == tip


def test_what_the_tier_before_went_back_from_leaves_it_at_once() -> None:
    told = asked()
    told.write({STAGING: release("1.2.3")}).run()
    assert versions(told) == {REDIS_LIVE: "1.1.0"}
    assert "staging went back from it" in told.forge.pulls[1].body


def test_two_releases_of_one_chart_keep_a_version_each() -> None:
    told = fleet()
    told.write({f"apps/{name}/c.yaml": release("1.2.3", name="other") for name in ("staging", "live")})
    told.write({"apps/staging/c.yaml": release("1.2.4", name="other")}).run()
    told.pass_by(days=4).promote()
    told.write({REDIS_LIVE: release("1.1.0", chart="redis")}).run()
    assert versions(told) == {LIVE: "1.2.5", "apps/live/c.yaml": "1.2.4"}


def test_one_that_is_marked_ready_stays_and_is_named() -> None:
    told = asked()
    tip = told.remote.branches[ALL]
    told.forge.pulls[1] = replace(told.forge.pulls[1], draft=False)
    report = told.write({LIVE: release("1.2.6")}).run()
    assert told.remote.branches[ALL] == tip
    assert "overtaken" in reasons(report)


def test_while_a_registry_is_away_it_stays_as_it_is() -> None:
    told = asked()
    tip = told.remote.branches[ALL]
    told.registry.lost.add((source(REDIS), "1.1.0"))
    told.write({LIVE: release("1.2.5")}).run()
    assert told.remote.branches[ALL] == tip
    told.registry.lost.clear()
    told.run()
    assert versions(told) == {REDIS_LIVE: "1.1.0"}


def test_a_version_by_a_persons_word_keeps_its_reason_on_the_new_base() -> None:
    told = asked(**BY_WORD)
    words = told.forge.pulls[1].body
    assert "**By a person's word**" in words
    told.write({LIVE: release("1.2.4")}).run()
    assert versions(told) == {LIVE: "1.2.6"}
    assert told.forge.pulls[1].body == words.replace("<code>1.2.3</code>", "<code>1.2.4</code>")


def test_a_version_by_a_persons_word_stays_whatever_the_tier_before_went_back_from() -> None:
    told = fleet()
    told.write({STAGING: release("1.2.6")}).write({STAGING: release("1.2.5")}).run()
    told.promote(**BY_WORD)
    report = told.run()
    assert versions(told) == {LIVE: "1.2.6"}
    assert told.forge.set_by_us[told.remote.branches[branch_of(told)]][-1].state is State.SUCCESS
    assert "still-holds" not in reasons(report)


@pytest.mark.parametrize("given", [{}, {"chart": PODINFO}])
def test_a_tag_that_was_pushed_again_since_it_was_asked_for_is_an_alarm(given: dict[str, str]) -> None:
    told = asked(**given)
    told.registry.push(source(PODINFO), "1.2.5", digest("e"))
    report = told.write({LIVE: release("1.2.4")}).run()
    assert all(LIVE not in proposed(told, pull.head) for pull in told.forge.pulls.values())
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
    [said] = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "tag-pushed-again"]
    assert f": {digest('e')[:19]} under its tag now" in said


def test_what_was_proposed_tells_of_a_moved_tag_where_the_ledger_does_not() -> None:
    told = asked(chart=PODINFO, version="1.2.5", reason="a fix")
    del told.remote.branches[LEDGER_BRANCH]
    told.registry.push(source(PODINFO), "1.2.5", digest("e"))
    report = told.write({LIVE: release("1.2.4")}).run()
    assert exit_code(report, DEFAULT_FAIL_ON) == ExitCode.ALARMED
    [said] = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "tag-moved-since"]
    assert f": {digest('e')[:19]} under its tag now" in said


def test_what_the_tier_before_wrote_beside_a_version_that_it_left_counts_still() -> None:
    told = Story(fleet().configuration).push(PODINFO, "1.2.3", "1.2.4", "1.2.5", "1.2.6", digests="3456")

    def pinned(version: str) -> str:
        return oci(f"{{tag: {version}, digest: '{digest(version[-1])}'}}")

    told.write({STAGING: pinned("1.2.3"), LIVE: oci("{tag: 1.2.3}")}).write({STAGING: pinned("1.2.5")}).run()
    told.pass_by(days=4).promote()
    told.write({STAGING: pinned("1.2.6")}).run()
    told.registry.push(source(PODINFO), "1.2.5", digest("e"))
    report = told.write({LIVE: oci("{tag: 1.2.4}")}).run()
    assert told.forge.pulls == {}
    [said] = [one.reason.sentence for one in told_reasons(report) if one.reason.id == "tag-moved"]
    assert said.startswith("podinfo 1.2.5 is not what staging wrote beside it: ")


ASK_AGAIN = "To ask for it again, run `promote --to live"


@pytest.mark.parametrize(
    ("version", "said"), [("1.2.5", "1.2.5 is on the base branch"), ("1.2.6", "1.2.6 is on the base branch")]
)
def test_one_that_has_nothing_left_is_closed_with_why_and_how_to_ask_again(version: str, said: str) -> None:
    told = asked(chart=PODINFO)
    told.write({LIVE: release(version)}).run()
    assert told.forge.pulls == {}
    assert told.forge.comments == [
        f"Nothing is left to promote here.\n\n- podinfo: {said}\n\n{ASK_AGAIN} --chart ghcr.io/x/podinfo`."
    ]


def test_one_that_went_back_is_closed_with_the_commit_that_did() -> None:
    told = asked(chart=PODINFO)
    sha = told.write({STAGING: release("1.2.3")}).remote.branches["main"]
    told.run()
    [comment] = told.forge.comments
    assert f"- podinfo: 1.2.5 was taken back: staging went back from it in {sha[:10]}" in comment


def test_one_that_is_closed_beside_another_of_its_chart_says_why_all_the_same() -> None:
    told = standing(asked())
    told.promote(**BY_WORD)
    hold(told, "1.2.6")
    [comment] = told.forge.comments
    assert comment.startswith(
        "Nothing is left to promote here.\n\n- podinfo: 1.2.6 is not promoted: held by a person\n"
    )


def test_a_standing_draft_says_that_it_comes_back_by_itself() -> None:
    told = standing(asked())
    told.write({LIVE: release("1.2.5"), REDIS_LIVE: release("1.1.0", chart="redis")}).run()
    [comment] = told.forge.comments
    assert comment.endswith("The next update that finds something to promote opens another draft.")


def test_one_whose_only_row_was_taken_out_says_how_to_have_it_back() -> None:
    told = asked(chart=PODINFO)
    pull = told.forge.pulls[1]
    told.forge.pulls[1] = replace(pull, body=pull.body.replace("- [x] <code>", "- [ ] <code>"))
    told.promote(chart=PODINFO)
    [comment] = told.forge.comments
    assert "run `promote --to live --chart ghcr.io/x/podinfo`" in comment
    assert "release" not in comment
