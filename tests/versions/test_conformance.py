"""Our answers beside those of the real Go program: kept ones in every run, live ones where Go is at hand.

The long run: `python -m pytest -m "long and real" tests/versions/test_conformance.py`, a million pairs in about a
minute; ORACLE_PAIRS and ORACLE_SEED change how many and which.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from versions.oracle.judge import Answer, Kind, NoJudge, ask, build, ours
from versions.oracle.questions import Pair, Questions
from versions.oracle.record import ORDERS, PAIRS, SEED, asked_patterns, kept_patterns, kept_verdicts, row

STRICTER_THAN_GO = {r"\p{Letter}", r"\p{greek}", r"\p{L}{1000}", r"(\pL{500}){2}"}
"""Refused by RE2 and taken by Go 1.26: newer names of classes, and programs over 8 MiB."""


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build(tmp_path_factory.mktemp("judge"))
    except NoJudge as absence:
        pytest.skip(f"the Go judge of versions did not run: {absence}")


def differences(kind: Kind, judged: Iterable[tuple[Pair, Answer]]) -> list[tuple[Pair, Answer, Answer]]:
    found = ((question, ours(kind, question), theirs) for question, theirs in judged)
    return list(islice((entry for entry in found if entry[1] != entry[2]), 5))


def asked(program: Path, kind: Kind, questions: Iterator[Pair]) -> Iterator[tuple[Pair, Answer]]:
    while portion := list(islice(questions, 20_000)):
        yield from zip(portion, ask(program, kind, portion), strict=True)


@pytest.mark.parametrize(("kind", "count"), [("pair", PAIRS), ("order", ORDERS)])
def test_kept_verdicts_of_go_are_ours(kind: Kind, count: int) -> None:
    kept = [((first, second), answer) for first, second, answer in kept_verdicts()[kind]]
    assert len(kept) == count
    assert differences(kind, kept) == []


def test_kept_verdicts_hold_every_kind_of_answer() -> None:
    answers = [answer for _, _, answer in kept_verdicts()["pair"]]
    assert {answer["fault"] for answer in answers} == {
        "", "TOO_LONG", "TOO_MANY_GROUPS", "IMPROPER", "UNUSABLE_VERSION",
    }  # fmt: skip
    assert sum(answer["check"] for answer in answers) > PAIRS / 10
    assert sum(not answer["check"] and answer["loose"] is not None and not answer["fault"] for answer in answers) > 1000


@pytest.mark.parametrize("pattern", kept_patterns()["patterns"])
def test_a_pattern_compiles_and_matches_as_in_go(pattern: str) -> None:
    kept = kept_patterns()
    mine = row([ours("pattern", (pattern, text)) for text in kept["texts"]])
    theirs = kept["patterns"][pattern]
    if pattern in STRICTER_THAN_GO:
        assert (mine, theirs is None) == (None, False)
    else:
        assert mine == theirs


@pytest.mark.real
@pytest.mark.parametrize(("kind", "count"), [("pair", PAIRS), ("order", ORDERS)])
def test_the_kept_verdicts_are_still_those_of_go(judge: Path, kind: Kind, count: int) -> None:
    live = asked(judge, kind, getattr(Questions(SEED), f"{kind}s")(count))
    assert [[*question, answer] for question, answer in live] == kept_verdicts()[kind]


@pytest.mark.real
def test_the_kept_patterns_are_still_those_of_go(judge: Path) -> None:
    kept = kept_patterns()
    answers = iter(ask(judge, "pattern", asked_patterns()))
    assert {pattern: row([next(answers) for _ in kept["texts"]]) for pattern in kept["patterns"]} == kept["patterns"]


@pytest.mark.real
@pytest.mark.parametrize("kind", ["pair", "order"])
def test_twenty_thousand_fresh_questions_have_the_answer_of_go(judge: Path, kind: Kind) -> None:
    questions = Questions(int(os.environ.get("ORACLE_SEED", "1")))
    assert differences(kind, asked(judge, kind, getattr(questions, f"{kind}s")(20_000))) == []


@pytest.mark.real
@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["pair", "order"])
def test_a_million_questions_have_the_answer_of_go(judge: Path, kind: Kind) -> None:
    questions = Questions(int(os.environ.get("ORACLE_SEED", "2")))
    count = int(os.environ.get("ORACLE_PAIRS", "1000000"))
    assert differences(kind, asked(judge, kind, getattr(questions, f"{kind}s")(count))) == []
