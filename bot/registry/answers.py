"""What a server said: status, headers, and a body that was capped while it was read."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.reasons import BAD_ANSWER
from bot.registry.failures import UnansweredError
from bot.registry.origins import Origin

_ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


class Answer:
    """One answer."""

    __slots__ = ("body", "headers", "origin", "status_code")

    def __init__(self, *, origin: Origin, status_code: int, headers: Mapping[str, str], body: bytes) -> None:
        self.origin = origin
        self.status_code = status_code
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """The body as JSON; every fault of it is a reason of this chart."""
        if "html" in self.headers.get("Content-Type", "").lower():
            raise bad_answer(self.origin, "an HTML page where JSON belongs")
        try:
            return json.loads(self.body)
        except RecursionError:
            raise bad_answer(self.origin, "JSON that is nested without end") from None
        except ValueError:  # also a number of more digits than Python converts, and bytes that are no UTF-8
            raise bad_answer(self.origin, "a body that is not JSON") from None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        value = self.json()
        if not isinstance(value, dict):
            raise bad_answer(self.origin, "JSON that is not an object")
        return value

    def error_code(self) -> str:
        """The OCI error code, the only thing of a foreign error that is ever shown; empty without one.

        https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
        """
        try:
            code = self.object()["errors"][0]["code"]
        except (UnansweredError, LookupError, TypeError):
            return ""
        return code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""


def bad_answer(origin: Origin, problem: str) -> UnansweredError:
    """An answer that no registry should give."""
    return UnansweredError(BAD_ANSWER(host=origin.shown, problem=problem))
