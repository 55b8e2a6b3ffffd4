"""Replacement templates and numbers beside Go's own: kept answers in every run, live ones where Go is at hand."""

from pathlib import Path

import pytest
from imagepolicies.oracle.judge import (
    FLOATS,
    NoJudge,
    as_ours,
    ask,
    build,
    expansions,
    kept,
    our_expansion,
    our_float,
)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build(tmp_path_factory.mktemp("judge"))
    except NoJudge as absence:
        pytest.skip(f"the Go judge of image policies did not run: {absence}")


def test_a_template_expands_as_in_go() -> None:
    answers = dict(zip(expansions(), kept()["expand"], strict=True))

    assert {question: our_expansion(question) for question in answers} == answers
    assert sum(answer is not None for answer in answers.values()) > 100


def test_a_number_is_one_as_in_go() -> None:
    answers = {text: as_ours(answer) for text, answer in zip(FLOATS, kept()["float"], strict=True)}

    assert {text: our_float(text) for text in answers} == answers


@pytest.mark.real
def test_the_kept_answers_are_still_those_of_go(judge: Path) -> None:
    assert {"expand": ask(judge, "expand", expansions()), "float": ask(judge, "float", FLOATS)} == kept()
