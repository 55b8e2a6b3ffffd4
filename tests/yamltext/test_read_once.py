import pytest

from bot.yamltext.nodes import YamlText
from bot.yamltext.read_once import read_once
from bot.yamltext.reading import read
from bot.yamltext.unreadable import UnreadableYaml


@pytest.mark.parametrize(
    "text",
    [
        "a: b",
        "",
        "a: [",
        "a: &x b\n---\nc: *x",
        "a: '" + "x" * 5000 + "'",
        "[" + "a, " * 500 + "]",
        "[" * 70 + "]" * 70,
        "\ufeffa: b",
    ],
)
def test_it_gives_what_reading_gives(text: str) -> None:
    data = text.encode()

    assert read_once(data) == read(data)
    assert read_once(data) == read(data)


def test_a_small_file_is_read_once() -> None:
    first, again = (read_once(bytes(bytearray(b"a: only here"))) for _ in range(2))

    assert isinstance(first, YamlText)
    assert first is again


@pytest.mark.parametrize("text", ["a: '" + "x" * 5000 + "'", "[" + "a, " * 500 + "]"])
def test_nothing_large_is_kept(text: str) -> None:
    first, again = (read_once(text.encode()) for _ in range(2))

    assert isinstance(first, YamlText)
    assert first is not again


def test_what_cannot_be_read_is_said_by_the_usual_limits() -> None:
    assert isinstance(read_once(b"a: ["), UnreadableYaml)
