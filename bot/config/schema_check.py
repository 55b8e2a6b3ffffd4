"""The shape of the file, checked by the JSON Schema that editors use, in words for people."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.config.located import Located
from bot.config.pace import DURATION_MEND, DURATIONS
from bot.config.shape import fits
from bot.config.sources import KEY as SOURCES
from bot.config.wording import dotted, nearest, shown
from bot.errors import Fault
from bot.maturity.durations import parse_duration
from bot.yamltext.nodes import Route

_KINDS = {
    "array": "a list",
    "object": "keys with values",
    "string": "a text",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
}
_EMPTY = {
    "minItems": "Write at least one value",
    "minProperties": "Write at least one key",
    "minLength": "Write a text that is not empty",
}
NAME_MEND = "Use lower-case letters, digits and hyphens, at most 40; `state` is taken"


def schema() -> dict[str, Any]:
    """The published JSON Schema of the configuration file."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_bytes())
    return loaded


def check_shape(located: Located) -> tuple[tuple[Route | None, Fault], ...]:
    """Every fault of the shape, in the order of the file.

    Each comes with the route of what cannot be used for it; None for an unknown key, beside which all else can.
    """
    asked = schema()
    if fits(located.data, asked):
        return ()
    # Imported here: it costs 45 ms, and only who has a fault in the configuration pays.
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - see above

    errors = Draft202012Validator(asked).iter_errors(located.data)
    said = [found for error in errors for found in _faults(located, error)]
    return tuple(sorted(said, key=lambda found: (found[1].line, found[1].column, found[1].message)))


def _faults(located: Located, error: Any) -> Iterator[tuple[Route | None, Fault]]:
    route: Route = tuple(error.absolute_path)
    if route in located.broken:
        return
    if error.validator == "additionalProperties":
        yield from _unknown_keys(located, route, error)
    elif "propertyNames" in error.absolute_schema_path:
        if route == (SOURCES,):
            return  # which is told there, with what was probably meant
        here = (*route, error.instance)
        yield here, located.key_fault(here, f"{shown(str(error.instance))} cannot be the name of a tier", NAME_MEND)
    elif error.validator == "required":
        yield from _missing_keys(located, route, error)
    else:
        message, mend = _value_fault(located, route, error)
        yield route, located.fault(route, message, mend)


def _unknown_keys(located: Located, route: Route, error: Any) -> Iterator[tuple[Route | None, Fault]]:
    known = list(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            message = f"{shown(key)} is not a key of {dotted(route)}"
            yield None, located.key_fault((*route, key), message, nearest(key, known))


def _missing_keys(located: Located, route: Route, error: Any) -> Iterator[tuple[Route | None, Fault]]:
    for key in error.validator_value:
        # A validator yields one error a missing key, all alike: each takes its own.
        if key not in error.instance and f"{key!r} is" in error.message:
            about = error.schema["properties"][key]["description"].split(": ")[0].rstrip(".")
            yield route, located.key_fault(route, f"{dotted(route)} has no {shown(key)}", f"Add it: {about}")


def _value_fault(located: Located, route: Route, error: Any) -> tuple[str, str]:
    name = dotted(route)
    if error.validator == "type":
        wanted = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return _wrong_kind(located, route, wanted)
    if error.validator == "enum":
        text = located.text(route)
        return f"{name} is {shown(text)}", f"Write one of: {', '.join(error.validator_value)}"
    if error.validator == "minimum":
        return f"{name} is {shown(located.text(route))}", f"Write a number from {error.validator_value}"
    if error.validator in _EMPTY:
        known = error.schema.get("properties") if error.validator == "minProperties" else None
        return f"{name} is empty", f"Write some of: {', '.join(known)}" if known else _EMPTY[error.validator]
    return f"{name} is not as it must be", error.schema["description"].rstrip(".")


def _wrong_kind(located: Located, route: Route, wanted: list[str]) -> tuple[str, str]:
    name, text = dotted(route), located.text(route)
    expected = " or ".join(_KINDS[kind] for kind in wanted)
    if route and route[-1] in DURATIONS and text:
        return f"{name} is {shown(text)}, not a duration", _duration_mend(text)
    if "string" in wanted and text:
        return (
            f"{name} is {shown(text)}, which YAML reads as a number or a truth value",
            f'Write it in quotes: "{text}"',
        )
    if wanted == ["array"] and text:
        return f"{name} is one value and must be a list", f'Write it as a list: ["{text}"]'
    if wanted == ["boolean"] and text:
        return f"{name} is {shown(text)}", "Write `true` or `false`"
    return f"{name} must be {expected}", ""


def _duration_mend(text: str) -> str:
    """A number alone lacks its unit, which quotes do not give."""
    return f"Write its unit: `{text}h`, `{text}d` or `{text}w`" if parse_duration(f"{text}w") else DURATION_MEND
