"""Threat 19: no way of making a text of a secret shows it, but the one that is named so."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest

from bot.model.secret import Secret


@dataclass(frozen=True)
class Holder:
    """What prints its fields."""

    login: Secret


SHOWN: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "format": lambda secret: f"{secret} {secret!r} {secret!s} {secret:>90} {secret!a}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - as logging does
    "a dataclass": lambda secret: str(Holder(login=secret)),
    "in a list": lambda secret: str([secret, {secret: secret}]),
    "an exception": lambda secret: "".join(traceback.format_exception(ValueError(secret, Holder(login=secret)))),
    "JSON as text": lambda secret: json.dumps({"a": secret}, default=str),
}


def local_variables(secret: Secret) -> str:
    """What an error reporter shows that prints every frame."""
    held = Holder(login=secret)
    try:
        int(str(held))
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return ""


@pytest.mark.parametrize("shown", [*SHOWN.values(), local_variables], ids=[*SHOWN, "local variables"])
def test_no_text_shows_a_secret(shown: Callable[[Secret], str]) -> None:
    text = shown(Secret("CANARY"))
    assert "***" in text
    assert "CANARY" not in text


@pytest.mark.parametrize("written", [json.dumps, pickle.dumps, copy.deepcopy, copy.copy])
def test_a_secret_is_written_by_nothing(written: Callable[[object], object]) -> None:
    with pytest.raises(TypeError):
        written(Secret("CANARY"))


def test_a_dataclass_that_holds_one_gives_no_dictionary() -> None:
    with pytest.raises(TypeError):
        asdict(Holder(login=Secret("CANARY")))


def test_a_log_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("bot.test").debug("a %s, %r, %s", Secret("CANARY"), Secret("CANARY"), [Secret("CANARY")])
    assert "***" in caplog.text
    assert "CANARY" not in caplog.text


def test_the_value_comes_out_by_its_name_alone() -> None:
    assert Secret("CANARY").reveal() == "CANARY"
    with pytest.raises(TypeError):
        vars(Secret("CANARY"))
