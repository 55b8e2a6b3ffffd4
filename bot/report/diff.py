"""Changed files as a unified diff for people; signs that would act on a terminal are shown instead."""

from collections.abc import Iterable, Iterator

from bot.model.commits import FileChange
from bot.report.escape import visible

_CONTEXT = 3


def diff_lines(changes: Iterable[FileChange]) -> Iterator[str]:
    """The lines of a unified diff, without line ends, file by file."""
    from difflib import unified_diff  # noqa: PLC0415 - few runs show a diff

    for change in changes:
        path = visible(change.path)
        yield f"diff --git a/{path} b/{path}"
        for line in unified_diff(_lines(change.before), _lines(change.after), f"a/{path}", f"b/{path}", n=_CONTEXT):
            yield _shown(line)
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"


def _lines(data: bytes) -> list[str]:
    """With their line ends, so that a missing last one and CR LF are differences too."""
    *whole, last = data.split(b"\n")
    lines = [f"{line.decode(errors='backslashreplace')}\n" for line in whole]
    return [*lines, last.decode(errors="backslashreplace")] if last else lines


def _shown(line: str) -> str:
    """One line of the diff; tabs indent and the CR of CR LF ends the line, neither is worth a mark."""
    return "\t".join(map(visible, line.rstrip("\r\n").split("\t")))
