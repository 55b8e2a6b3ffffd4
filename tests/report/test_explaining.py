"""One place for a person: the same words in a log and, with colours, on a terminal; foreign text acts on neither."""

import io
import re

import pytest
from builders import alone, digest
from doubles.told import a_verdict, current, held
from msgspec.structs import replace

from bot.model.explanations import Considered, Explained, Explanation, Spot
from bot.model.places import ObjectId
from bot.model.references import PassedOver, RangePin
from bot.model.verdicts import Verdict
from bot.reasons import NO_TIER, SOURCE_SUSPENDED, TAG_MISSING
from bot.report.explaining import MOST_CONSIDERED, plain_lines, show_explained


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def explained(verdict: Verdict, *considered: Considered, tags: int | None = 3) -> Explained:
    one = Explanation(verdict=verdict, considered=considered, tags=tags)
    return Explained(spot=Spot(path=verdict.reference.path), judged=(one,))


def facts(told: Explained) -> dict[str, str]:
    """Each named fact of the only section."""
    lines = [line for line in plain_lines(told) if line.startswith("  ")]
    return {line[2:14].strip(): line[14:] for line in lines if line[2:14].strip()}


def test_a_terminal_gets_the_words_of_a_log() -> None:
    told = explained(a_verdict(current()), Considered(tag="6.5.4", thought="in use"))
    terminal, log = Terminal(), io.StringIO()
    show_explained(told, terminal)
    show_explained(told, log)

    assert "\x1b[" in terminal.getvalue()
    assert "\x1b[" not in log.getvalue()
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()] == (
        log.getvalue().splitlines()
    )


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_foreign_text_acts_on_neither(stream: type[io.StringIO]) -> None:
    shown = stream()
    foreign = "[red]\x1b]0;x\x07\u202e\n::error::x"
    verdict = a_verdict(held(TAG_MISSING(version=foreign, chart=foreign), foreign), path=foreign)
    show_explained(explained(verdict, Considered(tag=foreign, thought=foreign)), shown)

    assert not re.search(r"\x1b\]|\x07|\u202e|^::", shown.getvalue(), re.MULTILINE)
    assert "[red]" in shown.getvalue()


def test_what_a_manifest_leaves_out_is_said() -> None:
    verdict = a_verdict(current("*", runs="1.2.3"))
    bare = replace(
        verdict.reference,
        pin=RangePin(constraint="*"),
        object=ObjectId(kind="HelmRelease", namespace="", name="a"),
        consumers=(ObjectId(kind="HelmRelease", namespace="x", name="b"),),
    )
    told = facts(explained(replace(verdict, reference=bare), tags=None))

    assert told["namespace"] == "none is set"
    assert told["written"] == "nothing, which Flux reads as *"
    assert told["used by"] == "HelmRelease x/b"
    assert told["source"] == "its own address, oci://ghcr.io/stefanprodan/charts/podinfo"
    assert told["tags"] == "not known"


def test_a_suspended_object_says_so() -> None:
    told = facts(explained(a_verdict(held(SOURCE_SUSPENDED(), "1.2.3"), suspended=True), tags=None))

    assert told["suspended"] == "yes: Flux changes nothing there until somebody resumes it"
    assert told["decision"] == f"1.2.3 is held: {SOURCE_SUSPENDED()}"


def test_a_lone_digest_is_what_is_written() -> None:
    verdict = a_verdict(current())
    alike = replace(verdict, reference=replace(verdict.reference, pin=alone(digest("a"))))

    assert facts(explained(alike))["written"] == f"{digest('a')} in apps/dev/podinfo.yaml:1"


def test_only_the_newest_versions_are_listed() -> None:
    many = [Considered(tag=f"1.0.{number}", thought="") for number in range(MOST_CONSIDERED + 2, 0, -1)]
    lines = list(plain_lines(explained(a_verdict(current()), *many)))

    assert "  considered  1.0.22" in lines
    assert lines[lines.index("              1.0.3") + 1] == "              and 2 more, all older"


def test_what_is_passed_over_names_its_tiers_or_none() -> None:
    item = PassedOver(path="a.yaml", reason=NO_TIER(), line=3, suspended=True)
    told = Explained(spot=Spot(path="a.yaml"), passed_over=((item, ()), (replace(item, line=0), ("dev", "test"))))

    assert list(plain_lines(told)) == [
        "a.yaml:3 in no tier",
        "  suspended   yes",
        "  decision    passed over (no-tier): no tier of the configuration covers this path.",
        "",
        "a.yaml in tier dev, test",
        "  suspended   yes",
        "  decision    passed over (no-tier): no tier of the configuration covers this path.",
    ]
