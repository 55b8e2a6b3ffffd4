"""One file of the edit step: which of its updates can be made, and the bytes in which just these are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import FileChange, TreeEntry
from bot.model.places import Place, Route
from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.reason import Reason
from bot.reasons import NOT_EDITABLE, NOT_MINIMAL, RANGE_NOT_PINNED
from bot.yamltext.commenting import append_comment
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Scalar, YamlText
from bot.yamltext.proof import Difference, prove
from bot.yamltext.read_once import read_once
from bot.yamltext.replacing import Refusal
from bot.yamltext.replacing import replace as plan_replacement
from bot.yamltext.splices import Splice, apply
from bot.yamltext.unreadable import UnreadableYaml

_Value = tuple[int, Route, int]
"""A value of the file: its document, the way to it, and where it starts: a text may hold several."""
_CHANGED = "the file is not what it was when it was read"
_Planned = Mapping[Edit, tuple[Splice, ...] | Reason]
"""The splices of each edit, or what keeps it from being made."""
_DISAGREEMENT = "other objects share the value and do not move with it"


class EditedFile(Struct, frozen=True, kw_only=True):
    """A file's change, None where nothing moves; and its verdicts, in the order given."""

    change: FileChange | None
    verdicts: tuple[Verdict, ...]


def edit_file(entry: TreeEntry, data: bytes, verdicts: Iterable[Verdict]) -> EditedFile:
    """Make all updates of one file that can be made.

    Args:
        entry: The file.
        data: Its bytes.
        verdicts: Every verdict whose reference stands in it, those that move nothing too.
    """
    before = read_once(data)
    if isinstance(before, UnreadableYaml):
        gone = NOT_EDITABLE(problem="the file can no longer be read")
        return EditedFile(change=None, verdicts=tuple(hold(verdict, gone) for verdict in verdicts))
    known = tuple(verdicts)
    planned = {change: _splices(before, change) for verdict in known for change in _edits(verdict)}
    possible = tuple(_if_possible(planned, verdict) for verdict in known)
    return _proved(entry, before, planned, _agreed(possible))


def hold(verdict: Verdict, reason: Reason) -> Verdict:
    """An update that is not made after all; any other verdict as it is."""
    if not isinstance(verdict.decision, Update):
        return verdict
    return replace(verdict, decision=Held(version=verdict.decision.old, reason=reason))


def _if_possible(planned: _Planned, verdict: Verdict) -> Verdict:
    """All edits of an update or none: a digest is never left beside another version."""
    for change in _edits(verdict):
        splices = planned[change]
        if isinstance(splices, Reason):
            return hold(verdict, splices)
    return verdict


def _splices(before: YamlText, change: Edit) -> tuple[Splice, ...] | Reason:
    """The splices of one edit, or what keeps it from being made."""
    place = change.place
    if place.document >= len(before.documents):
        return NOT_EDITABLE(problem=_CHANGED)
    splice = _splice(before, change) if type(place) is Place else _nested_splice(before, change)
    if isinstance(splice, str):
        return NOT_EDITABLE(problem=splice)
    if not change.comment:
        return (splice,)
    comment = append_comment(before, before.documents[place.document], place.route, change.comment)
    if isinstance(comment, Refusal):
        # Only a range that is pinned gets a comment.
        return RANGE_NOT_PINNED(constraint=place.text, problem=comment.value)
    return splice, comment


def _splice(before: YamlText, change: Edit) -> Splice | str:
    place, document = change.place, before.documents[change.place.document]
    node = find(document, place.route)
    if isinstance(node, Scalar) and (node.start, node.text) != (place.start, place.text):
        return _CHANGED
    splice = plan_replacement(before, document, place.route, change.text)
    return splice.value if isinstance(splice, Refusal) else splice


def _nested_splice(before: YamlText, change: Edit) -> Splice | str:
    from bot.kustomize.nested_edit import plan  # noqa: PLC0415 - most trees have no value inside another text

    return plan(before, change.place, change.text)


def _agreed(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Hold the updates of values that another reference shares and does not want so; again, for what then stays."""
    wanted: dict[_Value, set[tuple[str, str]]] = defaultdict(set)
    for verdict in verdicts:
        texts = {
            _value(change.place): (_token(change.place, change.text), change.comment) for change in _edits(verdict)
        }
        for place in verdict.reference.pin.places:
            wanted[_value(place)].add(texts.get(_value(place), (_token(place, place.text), "")))
    torn = {value for value, texts in wanted.items() if len(texts) > 1}
    reason = NOT_EDITABLE(problem=_DISAGREEMENT)
    agreed = tuple(
        hold(verdict, reason) if any(_value(change.place) in torn for change in _edits(verdict)) else verdict
        for verdict in verdicts
    )
    return _agreed(agreed) if agreed != verdicts else verdicts


def _proved(entry: TreeEntry, before: YamlText, planned: _Planned, verdicts: tuple[Verdict, ...]) -> EditedFile:
    """The change with all updates; where that cannot be proved, with those that can be proved alone."""
    if not any(_edits(verdict) for verdict in verdicts):
        return EditedFile(change=None, verdicts=verdicts)
    after, difference = _try(before, planned, verdicts)
    if difference is None:
        change = FileChange(path=entry.path, kind=entry.kind, before=before.data, after=after)
        return EditedFile(change=change, verdicts=verdicts)
    alone = tuple(_if_proved(before, planned, verdict) for verdict in verdicts)
    if alone != verdicts:
        return _proved(entry, before, planned, _agreed(alone))
    reason = NOT_MINIMAL(problem=difference.sentence)
    return EditedFile(change=None, verdicts=tuple(hold(verdict, reason) for verdict in verdicts))


def _if_proved(before: YamlText, planned: _Planned, verdict: Verdict) -> Verdict:
    _, difference = _try(before, planned, (verdict,))
    return hold(verdict, NOT_MINIMAL(problem=difference.sentence)) if difference else verdict


def _try(before: YamlText, planned: _Planned, verdicts: tuple[Verdict, ...]) -> tuple[bytes, Difference | None]:
    changes = [change for verdict in verdicts for change in _edits(verdict)]
    chosen = (planned[change] for change in changes)
    after = apply(before.data, {splice for splices in chosen if not isinstance(splices, Reason) for splice in splices})
    return after, _difference(before, after, changes)


def _difference(before: YamlText, after: bytes, changes: Iterable[Edit]) -> Difference | None:
    """What the new bytes are besides the intended changes; None for nothing."""
    known = tuple(changes)
    comments = {_scalar(change.place): change.comment for change in known if change.comment}
    if all(type(change.place) is Place for change in known):
        intended = {_scalar(change.place): change.text for change in known}
        return prove(before, after, intended, comments=comments)
    from bot.kustomize.nested_edit import prove_edits  # noqa: PLC0415 - as above

    return prove_edits(before, after, ((change.place, change.text) for change in known), comments)


def _edits(verdict: Verdict) -> tuple[Edit, ...]:
    return verdict.decision.edits if isinstance(verdict.decision, Update) else ()


def _value(place: Place) -> _Value:
    return place.document, place.route, place.start


def _token(place: Place, text: str) -> str:
    """The text of the scalar that makes a value so: of `v${VERSION}`, what the variable is."""
    if type(place) is Place:
        return text
    from bot.kustomize.nested_places import NestedPlace  # noqa: PLC0415 - as above

    found = place.scalar_for(text) if isinstance(place, NestedPlace) else text
    return text if found is None else found


def _scalar(place: Place) -> tuple[int, Route]:
    return place.document, place.route
