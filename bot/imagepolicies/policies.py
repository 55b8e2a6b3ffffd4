"""Which tag a policy takes for the latest.

Source: https://github.com/fluxcd/image-reflector-controller/tree/v1.2.0/internal/policy
"""

import re
from collections.abc import Iterable, Mapping
from typing import assert_never

from msgspec import Struct

from bot.imagepolicies.filters import apply, without
from bot.model.image_policies import (
    AlphabeticalPolicy,
    FollowedPolicy,
    NumericalPolicy,
    Order,
    PolicyChoice,
    SemverPolicy,
)
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.patterns import InvalidPattern
from bot.versions.quoting import quoted
from bot.versions.version import Version, try_flux

_DIGITS = r"[0-9](?:_?[0-9])*"
_HEX = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_BINARY = re.compile(rf"[+-]?0[xX](?:_?{_HEX}(?:\.(?:{_HEX})?)?|\.{_HEX})[pP][+-]?{_DIGITS}")
_WORDS = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE | re.ASCII)


class Latest(Struct, frozen=True, kw_only=True):
    """The tag that a policy takes.

    Attributes:
        tied: Other tags that the policy cannot tell from it: upstream takes whichever comes first or last.
    """

    tag: str
    tied: tuple[str, ...] = ()


def latest(policy: FollowedPolicy, tags: Iterable[str]) -> Latest | str:
    """The tag that a policy takes, or why it takes none.

    Args:
        policy: The policy.
        tags: All tags of its repository, in the registry's order.
    """
    try:
        seen = apply(without(tags, policy.exclusions), policy.spec.filter)
    except InvalidPattern as invalid:
        return f"{quoted(invalid.text)} is not a pattern of Go's regexp: {invalid.problem}"
    if not seen:
        return "no tag is left to choose from"
    return latest_of(policy.spec.choice, seen)


def latest_of(choice: PolicyChoice, seen: Mapping[str, str]) -> Latest | str:
    """The latest of tags, or why there is none; each is compared by its key."""
    match choice:
        case SemverPolicy(range=text):
            return _highest(text, seen)
        case AlphabeticalPolicy(order=order):
            pick = max if order is Order.ASCENDING else min
            return Latest(tag=seen[pick(seen, key=str.encode)])
        case NumericalPolicy(order=order):
            return _last_number(order, seen)
        case _:
            assert_never(choice)


def parse_float(text: str) -> float | None:
    """Go's `strconv.ParseFloat` with 64 bits: https://pkg.go.dev/strconv#ParseFloat. None for what it refuses."""
    if _WORDS.fullmatch(text):
        return float(text)
    plain = text.replace("_", "")
    if _BINARY.fullmatch(text):
        try:
            return float.fromhex(plain)
        except OverflowError:
            return None
    if not _DECIMAL.fullmatch(text):
        return None
    number = float(plain)
    return None if number in {float("inf"), float("-inf")} else number


def _highest(text: str, seen: Mapping[str, str]) -> Latest | str:
    try:
        within = Constraint.parse(text)
    except InvalidConstraint as invalid:
        return f"{quoted(text)} is not a constraint that Flux understands: {invalid.fault.value}"
    best: Version | None = None
    equal: list[str] = []
    for key, tag in seen.items():
        version = try_flux(key)
        if version is None or (best is not None and version < best) or not within.check(version):
            continue
        equal = [*equal, tag] if best is not None and version == best else [tag]
        best = version if best is None or version > best else best
    return Latest(tag=equal[0], tied=tuple(equal[1:])) if equal else f"no tag is a version within {quoted(text)}"


def _last_number(order: Order, seen: Mapping[str, str]) -> Latest | str:
    tag, chosen, equal = "", 0.0, list[str]()
    for index, (key, each) in enumerate(seen.items()):
        number = parse_float(key)
        if number is None:
            return f"{quoted(key)} is not a number, and every tag that it sees must be one"
        if index and (number < chosen if order is Order.ASCENDING else number > chosen):
            continue
        equal = [*equal, tag] if index and number == chosen else []
        tag, chosen = each, number
    return Latest(tag=tag, tied=tuple(equal))
