"""The text of a literal block scalar and the bytes of its file: where each byte of the one stands in the other.

A patch inside a kustomization is YAML in a block scalar: `|` keeps every line as it is, behind an indentation that is
the same for all of them. Folded scalars (`>`) and quoted ones do not, and are refused.

Source: https://yaml.org/spec/1.2.2/#812-literal-style
"""

import re
from bisect import bisect_right

from msgspec import Struct

from bot.yamltext.nodes import Scalar, YamlText
from bot.yamltext.splices import Splice

_HEADER = re.compile(rb"\|[-+0-9]{0,2}[ \t]*(?:#[^\r\n]*)?\r?\n")
_FOREIGN_BREAK = re.compile("[\r\x85\u2028\u2029]")


class BlockText(Struct, frozen=True, kw_only=True):
    """Lines of a block scalar.

    Attributes:
        data: The text, as the scalar's value.
        header: Its first line, with indicators and a comment.
        indent: Blanks before each line of the text.
        inner: Offset in `data` of each line.
        outer: Offset in the file of the same byte.
        frames: What stands in the file before each line, and behind it before the line break.
        rest: What stands behind the text in the token: line breaks that are cut off.
        line: 1-based line of the file on which the text starts.
    """

    data: bytes
    header: bytes
    indent: int
    inner: tuple[int, ...]
    outer: tuple[int, ...]
    frames: tuple[tuple[bytes, bytes], ...]
    rest: bytes
    line: int

    @classmethod
    def of(cls, file: YamlText, scalar: Scalar) -> "BlockText | str":
        """Map a scalar, or say why it is no text that can be mapped."""
        if scalar.style != "|":
            return "it stands in a text that is not a literal block (`|`)"
        token = file.data[scalar.start : scalar.end]
        header = _HEADER.match(token)
        if header is None or _FOREIGN_BREAK.search(scalar.text):
            return "it stands in a block with line breaks of another kind"
        return _mapped(scalar, token, header.group())

    def outward(self, offset: int) -> int:
        """The place in the file of a byte of the text."""
        line = max(bisect_right(self.inner, offset) - 1, 0)
        return self.outer[line] + offset - self.inner[line]

    def splice(self, inner: Splice) -> Splice:
        """The same edit in the file; it must lie within one line."""
        start = self.outward(inner.start)
        return Splice(start=start, end=start + inner.end - inner.start, replacement=inner.replacement)


def _mapped(scalar: Scalar, token: bytes, header: bytes) -> BlockText | str:
    data = scalar.text.encode()
    lines, written = data.split(b"\n"), token[len(header) :].split(b"\n")
    indent = next(
        (len(out.removesuffix(b"\r")) - len(line) for line, out in zip(lines, written, strict=False) if line), 0
    )
    inner, outer, frames = [0], [scalar.start + len(header) + indent], []
    at = scalar.start + len(header)
    for number, line in enumerate(lines):
        out = written[number] if number < len(written) else b""
        bare = out.removesuffix(b"\r")
        if not _agree(line, bare, indent):
            return "the block is not written as it reads"
        if number:
            inner.append(inner[-1] + len(lines[number - 1]) + 1)
            outer.append(at + indent)
        frames.append((bare[: len(bare) - len(line)], out[len(bare) :]))
        at += len(out) + 1
    rest = b"\n".join(written[len(lines) :])
    return BlockText(
        data=data,
        header=header,
        indent=indent,
        inner=tuple(inner),
        outer=tuple(outer),
        frames=tuple(frames),
        rest=rest,
        line=scalar.line + 1,
    )


def _agree(line: bytes, out: bytes, indent: int) -> bool:
    """Whether a line of the file is one of the text behind its indentation; an empty one may lack that."""
    if not line:
        return not out.strip(b" ") and len(out) <= indent
    return out == b" " * indent + line
