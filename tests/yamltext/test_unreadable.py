"""What cannot be read is refused by a counted limit or a typed trouble, and never raises."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.yamltext.events import CParser, Opener, open_libyaml, open_pure
from bot.yamltext.nodes import YamlText
from bot.yamltext.reading import read
from bot.yamltext.unreadable import DEFAULT_LIMITS, Limits, Trouble, UnreadableYaml

PARSERS = [
    pytest.param(open_libyaml, id="libyaml", marks=pytest.mark.skipif(CParser is None, reason="no wheel of libyaml")),
    pytest.param(open_pure, id="pure"),
]
either_parser = pytest.mark.parametrize("parser", PARSERS)


def trouble(data: bytes, parser: Opener, limits: Limits = DEFAULT_LIMITS) -> UnreadableYaml:
    answer = read(data, limits, parser)
    assert isinstance(answer, UnreadableYaml), answer
    return answer


@either_parser
@pytest.mark.parametrize(
    ("data", "kind", "line"),
    [
        (b"a: b: c\n", Trouble.SYNTAX, 1),
        (b"a: b\n c: [\nd: }\n", Trouble.SYNTAX, 2),
        (b"a: 'b\n", Trouble.SYNTAX, 2),
        (b"a: @b\n", Trouble.SYNTAX, 1),
        (b"a: !undefined!x b\n", Trouble.SYNTAX, 1),
        (b'a: "\\ud83d"\n', Trouble.SYNTAX, 1),
        (b"a: b\nc: \xff\n", Trouble.ENCODING, 2),
        (b"a: \xed\xa0\x80\n", Trouble.ENCODING, 1),
        ("a: b\n".encode("utf-16"), Trouble.ENCODING, 1),
        ("\ufeff\ufeffa: b\n".encode(), Trouble.ENCODING, 1),
        ("a: b\n".encode("utf-16-le"), Trouble.CONTROL_CHARACTER, 1),
        (b"a: b\nc: \0d\n", Trouble.CONTROL_CHARACTER, 2),
        (b"a: b\nc: \x1b[31m\n", Trouble.CONTROL_CHARACTER, 2),
        (b"a: \x7f\n", Trouble.CONTROL_CHARACTER, 1),
        ("a: \ufffe\n".encode(), Trouble.CONTROL_CHARACTER, 1),
        (b"[" * 101 + b"]" * 101, Trouble.TOO_DEEP, 1),
    ],
)
def test_each_trouble_has_its_kind_and_line(data: bytes, kind: Trouble, line: int, parser: Opener) -> None:
    answer = trouble(data, parser)
    assert (answer.trouble, answer.line) == (kind, line)


@either_parser
@pytest.mark.parametrize("bracket", ["[", "{", "[\n", "- ", "? ", "{a: ", "- ? "])
def test_a_tower_of_collections_is_stopped_at_the_depth_limit(
    bracket: str, parser: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0

    def counting(text: str) -> Callable[[], Any]:
        events = parser(text)

        def next_event() -> Any:
            nonlocal seen
            seen += 1
            return events()

        return next_event

    answer = trouble(bracket.encode() * 50_000, counting)
    assert answer.trouble is Trouble.TOO_DEEP
    assert seen < 4 * DEFAULT_LIMITS.depth


@either_parser
def test_the_depth_limit_itself_is_allowed(parser: Opener) -> None:
    assert isinstance(read(b"[" * 100 + b"]" * 100, open_events=parser), YamlText)


def never(text: str) -> Callable[[], Any]:
    raise AssertionError(text[:10])


def test_a_file_beyond_the_size_limit_never_reaches_a_parser() -> None:
    limits = Limits(size=10)
    assert trouble(b"a: 2345678\n", never, limits).trouble is Trouble.TOO_LARGE
    assert isinstance(read(b"a: 234567\n", limits), YamlText)


def test_a_swarm_of_tag_directives_never_reaches_a_parser() -> None:
    data = b"".join(b"%%TAG !t%d! x\n" % number for number in range(101)) + b"---\na\n"
    assert trouble(data, never).trouble is Trouble.TOO_MANY_DIRECTIVES


@either_parser
def test_events_are_counted_inside_the_reader(parser: Opener) -> None:
    limits = Limits(events=8)  # stream 2, document 2, list 2: two scalars are left
    assert isinstance(read(b"[1, 2]", limits, parser), YamlText)
    assert trouble(b"[1, 2, 3]", parser, limits).trouble is Trouble.TOO_MANY_EVENTS


@pytest.mark.skipif(CParser is None, reason="no wheel of libyaml")
def test_a_file_full_of_scalars_stays_within_the_memory_of_its_events() -> None:
    tracemalloc.start()
    answer = read(b"[" + b"a, " * 1_000_000 + b"a]")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(answer, UnreadableYaml)
    assert peak < 80 * 1024 * 1024


@either_parser
def test_a_refused_file_leaves_its_neighbours_readable(parser: Opener) -> None:
    bad = [b"[" * 100_000, b"a: \0", b"a: 'b", b"{" * 900, b"*", b"%TAG ! x\n" * 200]
    answers = [read(data, open_events=parser) for file in bad for data in (file, b"a: b\n")]
    assert [type(answer) for answer in answers] == [UnreadableYaml, YamlText] * len(bad)


@either_parser
def test_a_message_is_short_printable_ascii(parser: Opener) -> None:
    for data in ("a: !\u202e!x b\n".encode(), "%\u202e\n".encode(), b"a: !" + b"s3cret" * 100 + b"!x b\n"):
        message = trouble(data, parser).message
        assert message.isascii()
        assert message.isprintable()
        assert len(message) <= 160


@either_parser
def test_whatever_a_parser_raises_is_the_trouble_of_that_file(parser: Opener) -> None:
    for error in (RecursionError(), ValueError("x"), AttributeError("y"), MemoryError()):

        def failing(text: str, error: Exception = error) -> Callable[[], Any]:
            raise error

        answer = trouble(b"a: b\n", failing)
        assert answer.trouble is (Trouble.TOO_DEEP if isinstance(error, RecursionError) else Trouble.READER)


@either_parser
@given(data=st.binary(max_size=60) | st.text("[]{}:,-?&*!|>'\"%@#` \n\t\rab01~<\x85é", max_size=60).map(str.encode))
def test_no_bytes_at_all_make_the_reader_raise(data: bytes, parser: Opener) -> None:
    assert isinstance(read(data, open_events=parser), YamlText | UnreadableYaml)
