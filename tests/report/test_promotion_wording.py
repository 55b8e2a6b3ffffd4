"""The words of a promotion, as far as they are more than a pull request's."""

from datetime import UTC, datetime

import pytest
from builders import digest
from doubles.told import a_tier, a_verdict, an_update, held
from msgspec.structs import replace

from bot.model.promotions import LowerChange, Promoted, Ran
from bot.model.templates import DEFAULT_TEMPLATES, Template, Variable
from bot.model.tiers import Pace, Tier
from bot.model.verdicts import Verdict
from bot.planning.grouping import promotion_key
from bot.promotion.promotion_reasons import NOT_USED_BELOW
from bot.reasons import UNREACHABLE
from bot.report.body_parts import LONGEST_BODY
from bot.report.promotion_wording import promotion_texts

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
LATER = datetime(2026, 5, 7, tzinfo=UTC)
LIVE = replace(a_tier(), pace=Pace(comes_from=("staging",)))


def promoted(chart: str = "x/podinfo", ran: Ran | None = None, changes: int = 0) -> Verdict:
    told = tuple(
        LowerChange(tier="staging", commit=f"{number:040x}", subject="why " * 40, paths=("a.yaml", "b.yaml"))
        for number in range(changes)
    )
    why = Promoted(digest=digest("a"), ran=(ran,) if ran else (), changes=told)
    return a_verdict(replace(an_update(), promoted=why), chart=chart)


def body(*verdicts: Verdict, behind: tuple[Verdict, ...] = (), tier: Tier = LIVE) -> str:
    return promotion_texts(tier, verdicts, behind, DEFAULT_TEMPLATES, promotion_key(), ()).body


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        (
            Ran(tier="staging", commit=COMMIT, since=DAY),
            "staging has run it since 2026-05-01 09:00 UTC (<code>0123456789",
        ),
        (Ran(tier="staging", since=DAY, until=LATER), "staging ran it from 2026-05-01 09:00 UTC until 2026-05-07"),
        (
            Ran(tier="staging", commit=COMMIT, since=DAY, brought=False),
            "staging has run it at least since 2026-05-01 09:00 UTC (<code>0123456789",
        ),
        (Ran(tier="staging", dated=DAY), "staging has run it since 2026-05-01 09:00 UTC (its commit's own date)"),
        (Ran(tier="staging"), "staging runs it<br>no digest of its tag was kept before |"),
        (Ran(tier="staging", green=("ci/smoke of ann",)), "success of <code>ci/smoke of ann</code>"),
        (None, "no tier before it ran this, as far as their history was read"),
    ],
)
def test_the_evidence_says_what_is_proved_and_what_is_not(ran: Ran | None, said: str) -> None:
    assert said in body(promoted(ran=ran))


def test_the_title_says_what_is_promoted_and_where_to() -> None:
    two = (promoted("x/podinfo"), promoted("x/redis"))
    texts = promotion_texts(LIVE, two, (), DEFAULT_TEMPLATES, promotion_key(), ())
    assert texts.title == f"chore(deps): promote 2 charts to {LIVE.name}"
    assert texts.commit_message.startswith(f"{texts.title}\n")


def test_a_team_that_has_words_of_its_own_keeps_them_and_the_kind_beside_them() -> None:
    own = replace(DEFAULT_TEMPLATES, title=Template(("Charts: ", Variable.WHAT)))
    two = (promoted("x/podinfo"), promoted("x/redis"))
    assert promotion_texts(LIVE, two, (), own, promotion_key(), ()).title == "Charts: 2 charts (promotion)"


def test_every_tier_before_is_named() -> None:
    both = replace(LIVE, pace=Pace(comes_from=("staging", "canary")))
    assert "Chart versions that **staging** runs, for" in body(promoted())
    assert "Chart versions that **staging** and **canary** run, for" in body(promoted(), tier=both)


def test_what_the_tier_before_left_since_is_not_said_to_run_there() -> None:
    left = promoted(ran=Ran(tier="staging", since=DAY, until=LATER))
    assert "Chart versions that **staging** ran, for" in body(left)


def test_what_could_not_be_looked_up_reads_the_same_whatever_the_registry_says() -> None:
    said = {
        body(promoted(), behind=(a_verdict(held(UNREACHABLE(host="h", problem=problem)), chart="x/redis"),))
        for problem in ("502", "it did not answer")
    }
    assert len(said) == 1
    assert "the chart could not be looked up." in said.pop()


def test_a_long_body_gives_rows_their_room_first_and_counts_what_is_left_out() -> None:
    rows = [promoted(f"x/chart-{number:03}", changes=10) for number in range(50)]
    reason = NOT_USED_BELOW(tier="staging", chart="x" * 200)
    behind = tuple(a_verdict(held(reason, f"1.0.{number}"), chart=f"y/{number}") for number in range(500))
    found = body(*rows, behind=behind)
    assert len(found) <= LONGEST_BODY
    assert found.count("- [x] <code>") == 50
    assert found.count(" more; the run's summary has all") == 2


def test_more_rows_than_fit_are_counted_and_leave_room_for_the_rest() -> None:
    found = body(*(promoted(f"x/chart-{number:04}") for number in range(1000)))
    assert len(found) <= LONGEST_BODY
    assert "more lines are left out here" in found
    assert found.rstrip().endswith("-->")
