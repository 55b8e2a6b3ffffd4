"""One place for a person: every fact on a line of its own, with its name before it."""

from collections.abc import Iterator
from typing import TextIO

from bot.model.explanations import Considered, Explained, Explanation
from bot.model.references import BuiltBy, DigestPin, ExactPin, PassedOver, RangePin, Reference
from bot.model.verdicts import Current, Held, Update, Verdict
from bot.reason import Reason
from bot.report.escape import visible
from bot.report.matrix import cell_of

MOST_CONSIDERED = 20
_WIDTH = 12
_Fact = tuple[str, str]
"""What it is about, in a word; empty for one more of the same."""


def show_explained(explained: Explained, stream: TextIO) -> None:
    """Write everything about one place; with colours on a terminal."""
    if not stream.isatty():
        stream.writelines(f"{line}\n" for line in plain_lines(explained))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(file=stream, highlight=False)
    for heading, facts in _sections(explained):
        console.print(Text(visible(heading), style="bold"), soft_wrap=True)
        for name, text in facts:
            label = Text(f"  {name:<{_WIDTH}}", style="cyan")
            console.print(label + Text(visible(text), style="bold" if name == "decision" else ""), soft_wrap=True)


def plain_lines(explained: Explained) -> Iterator[str]:
    """The same without colours; a blank line between two sections."""
    for index, (heading, facts) in enumerate(_sections(explained)):
        if index:
            yield ""
        yield visible(heading)
        yield from (f"  {name:<{_WIDTH}}{visible(text)}" for name, text in facts)


def _sections(explained: Explained) -> Iterator[tuple[str, list[_Fact]]]:
    for one in explained.judged:
        reference = one.verdict.reference
        yield f"{reference.path}:{reference.line} in tier {one.verdict.tier.name}", list(_judged(one))
    for item, tiers in explained.passed_over:
        where = f"{item.path}:{item.line}" if item.line else item.path
        lies = f"in tier {', '.join(tiers)}" if tiers else "in no tier"
        yield f"{where} {lies}", list(_passed_over(item))


def _judged(one: Explanation) -> Iterator[_Fact]:
    reference = one.verdict.reference
    yield "object", f"{reference.object.kind} {reference.object.name}"
    yield "namespace", reference.object.namespace or "none is set"
    if reference.beside:
        yield "also as", ", ".join(map(str, reference.beside))
    if reference.built:
        yield "built by", ", ".join(dict.fromkeys(map(_root, reference.built)))
    if reference.consumers:
        yield "used by", ", ".join(map(str, reference.consumers))
    if reference.suspended:
        yield "suspended", "yes: Flux changes nothing there until somebody resumes it"
    yield "source", _source(reference)
    yield "chart", f"{reference.source.address}{f', told as {one.told_as}' if one.told_as else ''}"
    yield "written", _written(reference)
    for index, bound in enumerate(one.bounds):
        yield "" if index else "limits", f"{bound.what} ({bound.origin})"
    yield "tags", _tags(one)
    yield from _considered(one.considered)
    yield from _decision(one.verdict)


def _root(root: BuiltBy) -> str:
    return f"{root} ({root.applier})" if root.applier else str(root)


def _source(reference: Reference) -> str:
    declared = reference.source_declared
    where = f"{declared.object} in {declared.path}:{declared.line}, " if declared else "its own address, "
    return f"{where}{reference.source.address.url}{' over plain HTTP' if reference.source.plain_http else ''}"


def _written(reference: Reference) -> str:
    match reference.pin:
        case RangePin(place=None):
            return "nothing, which Flux reads as *"
        case ExactPin() | RangePin() | DigestPin() as pin:
            return ", ".join(f"{place.text} in {place}" for place in pin.places)


def _tags(one: Explanation) -> str:
    if one.tags is None:
        return "not known"
    rule = one.verdict.reference.tag_rule.value
    return f"{one.tags}, of which {len(one.considered)} are versions for the {rule}"


def _considered(considered: tuple[Considered, ...]) -> Iterator[_Fact]:
    shown = considered[:MOST_CONSIDERED]
    width = max((len(each.tag) for each in shown), default=0)
    for index, each in enumerate(shown):
        yield "" if index else "considered", f"{each.tag:<{width}}  {each.thought}".rstrip()
    if len(considered) > len(shown):
        yield "", f"and {len(considered) - len(shown)} more, all older"


def _decision(verdict: Verdict) -> Iterator[_Fact]:
    decision = verdict.decision
    match decision:
        case Held(reason=reason):
            yield "decision", f"{decision.version or 'no version'} is held: {reason}"
        case Update():
            yield "decision", f"{cell_of(verdict)} ({decision.jump})"
            for edit in decision.edits:
                comment = f" with the comment `{edit.comment}`" if edit.comment else ""
                yield "", f"{edit.text} into {edit.place}{comment}"
            yield from _also(decision.carried)
            yield from _also(decision.remark)
        case Current():
            yield "decision", str(cell_of(verdict))
            yield from _also(decision.remark)


def _also(reason: Reason | None) -> Iterator[_Fact]:
    if reason:
        yield "", str(reason)


def _passed_over(item: PassedOver) -> Iterator[_Fact]:
    if item.object:
        yield "object", f"{item.object.kind} {item.object.name}"
        yield "namespace", item.object.namespace or "none is written"
    if item.suspended:
        yield "suspended", "yes"
    yield "decision", f"passed over ({item.reason.id}): {item.reason}"
