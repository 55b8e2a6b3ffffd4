"""The best version of a smaller jump: it stands in for one that is proposed nowhere, or beside one that goes apart.

A major that is refused, or only told of, would else keep every minor and patch of its chart away for ever.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.model.proposing import Mode, Proposing
from bot.model.references import ExactPin
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Held, Refused, Update, Verdict
from bot.planning.grouping import Key, key_of, proposing_of
from bot.planning.windows import opens_at
from bot.proposal_reasons import ONLY_REPORTED, REFUSED, TAKEN_OUT
from bot.reason import Reason
from bot.versions.version import try_written

_SMALLER = {"major": ("minor", "patch"), "minor": ("patch",)}
_ALIKE = {"major": 1, "minor": 2}
"""How many numbers of a version a smaller jump leaves as they are."""
_UNWANTED = frozenset({ONLY_REPORTED.id, REFUSED.id, TAKEN_OUT.id})
_APART = "proposed in a pull request of its own"


class SmallerJump(Struct, frozen=True, kw_only=True):
    """What one reference may move to beside the best of its versions.

    Attributes:
        position: Of the reference among the tier's verdicts.
        verdict: An update that jumps less far.
    """

    position: int
    verdict: Verdict


def may_be_smaller(verdict: Verdict, key: Key, tier: Tier, configuration: Configuration, *, is_unwanted: bool) -> bool:
    """Whether a smaller jump of this reference would be proposed, if there is one.

    Args:
        verdict: An update.
        key: Where it belongs.
        tier: The tier.
        configuration: Its rules, which may say something about a jump.
        is_unwanted: It is not proposed itself; else only what another pull request would hold is asked for.
    """
    found = _smaller(verdict, tier, configuration)
    return any(settings.mode is not Mode.REPORT and (is_unwanted or other != key) for settings, other in found)


def may_be_smaller_now(verdict: Verdict, tier: Tier, configuration: Configuration, now: datetime) -> bool:
    """Whether a smaller jump of this reference, if there is one, has a window that is open, or needs none."""
    found = (settings for settings, _ in _smaller(verdict, tier, configuration) if settings.mode is not Mode.REPORT)
    return any(opens_at(settings.windows, now) is None for settings in found)


def jumps_as_far(text: str, update: Update) -> bool:
    """Whether another version is no smaller jump than this update, from the version that is in use."""
    old, version, same = try_written(update.old), try_written(text), _ALIKE.get(update.jump, 0)
    return not (old and version and version.key[:same] == old.key[:same])


def _smaller(verdict: Verdict, tier: Tier, configuration: Configuration) -> Iterator[tuple[Proposing, Key]]:
    """How smaller jumps of a reference would be proposed; nothing where there are none by their nature."""
    update = verdict.decision
    if not isinstance(update, Update) or update.shared or not isinstance(verdict.reference.pin, ExactPin):
        return
    if verdict.reference.policy is not None:
        return
    for jump in _SMALLER.get(update.jump, ()):
        settings = proposing_of(verdict.reference, tier, configuration, jump)
        yield settings, key_of(verdict, replace(update, jump=jump), settings)


def with_larger(update: Update, larger: Iterable[tuple[Update, Reason | None]]) -> Update:
    """An update that says why it is not one of these, which jump further: each with the reason why it is held."""
    known = tuple(larger)
    whys = {one.tag: _why(one, reason) for one, reason in known}
    said = (Refused(one.tag, whys[one.tag]) if one.tag in whys else one for one in update.refused)
    instead = (*update.instead, *(reason for _, reason in known if reason))
    return replace(update, refused=tuple(said), instead=instead)


def _why(larger: Update, reason: Reason | None) -> str:
    if reason is None:
        return _APART
    # What is taken out of its own pull request ends it, and counts as refused from the next run on: one word for both.
    is_refused = reason.id in {REFUSED.id, TAKEN_OUT.id}
    said = reason.sentence.removeprefix(f"{larger.new} ")
    return f"refused in #{said.rpartition('#')[2]}" if is_refused else said


def as_one(verdicts: Sequence[Verdict], positions: Sequence[int], proposed: Iterable[int]) -> tuple[Verdict, ...]:
    """One verdict for each reference: the best that is proposed, else what waits to be, else why the best is not.

    Args:
        verdicts: Those of the references in their order, behind them those of smaller jumps.
        positions: Of the reference that each is about.
        proposed: The places among `verdicts` of what pull requests hold.
    """
    held = set(proposed)
    chains: dict[int, list[int]] = {}
    for at, position in enumerate(positions):
        chains.setdefault(position, []).append(at)
    return tuple(_telling_all(verdicts, chain, held) for chain in chains.values())


def _telling_all(verdicts: Sequence[Verdict], chain: Sequence[int], proposed: set[int]) -> Verdict:
    """The best, and what all that are proposed stand in for."""
    verdict = verdicts[_telling(verdicts, chain, proposed)]
    beside = [one for at in chain if at in proposed and isinstance(one := verdicts[at].decision, Update)]
    if not beside or not isinstance(verdict.decision, Update):
        return verdict
    instead = dict.fromkeys(reason for one in beside for reason in one.instead)
    return replace(verdict, decision=replace(verdict.decision, instead=tuple(instead)))


def _telling(verdicts: Sequence[Verdict], chain: Sequence[int], proposed: set[int]) -> int:
    moving = (at for at in chain if at in proposed and isinstance(verdicts[at].decision, Update))
    waiting = (at for at in chain if _waits(verdicts[at]))
    return next(moving, next(waiting, chain[0]))


def _waits(verdict: Verdict) -> bool:
    return isinstance(verdict.decision, Held) and verdict.decision.reason.id not in _UNWANTED


def chain_of(positions: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    """For each place, the places before it of the same reference: what jumps further."""
    seen: dict[int, tuple[int, ...]] = {}
    found: dict[int, tuple[int, ...]] = {}
    for at, position in enumerate(positions):
        found[at] = seen.get(position, ())
        seen[position] = (*found[at], at)
    return found
