"""What the server says, and the ways it says no."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

Json = dict[str, Any]
DOCUMENTATION = "https://docs.github.com/rest"


class Answer(Struct, frozen=True, kw_only=True):
    """One response: status, JSON body (None for an empty one), further headers."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Refusal(Exception):
    """An operation ends here with this answer."""

    answer: Answer = field(default_factory=lambda: Answer(status=500))


def refuse(status: int, message: str, *errors: Json, headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
    """Builds a refusal in GitHub's error form, for the caller to raise."""
    body: Json = {"message": message, "documentation_url": DOCUMENTATION}
    if errors:
        body["errors"] = list(errors)
    return Refusal(Answer(status=status, body=body, headers=headers))


def not_found() -> Refusal:
    """GitHub's answer for what is absent, and for what the caller may not know of."""
    return refuse(404, "Not Found")


def invalid(resource: str, field_name: str, code: str = "invalid", message: str | None = None) -> Refusal:
    """A 422 that names one field."""
    error: Json = {"resource": resource, "field": field_name, "code": code}
    if message is not None:
        error["message"] = message
    return refuse(422, "Validation Failed", error)


def custom(resource: str, message: str) -> Refusal:
    """A 422 with a sentence of its own, as for duplicates."""
    return refuse(422, "Validation Failed", {"resource": resource, "code": "custom", "message": message})


def check_length(resource: str, field_name: str, text: str | None, limit: int) -> None:
    """Refuses a text that is longer than GitHub stores.

    Raises:
        Refusal: 422, as GitHub words it.
    """
    if text is not None and len(text) > limit:
        raise invalid(resource, field_name, "custom", f"{field_name} is too long (maximum is {limit} characters)")
