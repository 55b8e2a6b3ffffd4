"""The proof accepts the intended edit and refuses every other difference."""

import pytest

from bot.yamltext.nodes import Route, YamlText
from bot.yamltext.proof import Difference, prove
from bot.yamltext.reading import read
from bot.yamltext.unreadable import Limits


def proof_of(before: str, after: str, text: str = "1.2.4", route: Route = ("a",), index: int = 0) -> Difference | None:
    file = read(before.encode())
    assert isinstance(file, YamlText), file
    return prove(file, after.encode(), {(index, route): text})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1.2.3\n", "a: 1.2.4\n"),
        ("a: '1.2.3'\n", "a: '1.2.4'\n"),
        ("b: &x {c: [*x, d]}\na: 1.2.3 # c\n---\ne\n", "b: &x {c: [*x, d]}\na: 1.2.4 # c\n---\ne\n"),
    ],
)
def test_the_intended_edit_is_proved(before: str, after: str) -> None:
    assert proof_of(before, after) is None


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("a: 1.2.3\n", "a: 1.2.3\n", "not every intended value"),
        ("a: 1.2.3\n", "a: 1.2.5\n", "not the new text"),
        ("a: 1.2.3\n", "a: '1.2.4'\n", "style"),
        ("a: '1.2.3'\n", 'a: "1.2.4"\n', "style"),
        ("a: '1.2.3'\n", "a: 1.2.4\n", "style"),
        ("a: 1.2.3\n", 'a: "1.2.4"\n', "style"),
        ("a: 1.2.3\n", "a: |-\n  1.2.4\n", "style"),
        ("a: 1.2.3\n", "a: &v 1.2.4\n", "anchor"),
        ("a: &v 1.2.3\n", "a: &w 1.2.4\n", "anchor"),
        ("a: 1.2.3\n", "a: !!str 1.2.4\n", "tag"),
        ("a: !!float 1.2.3\n", "a: !!float 1.2.4\n", "not a string"),
        ("a: 1.2.3\n", "a:  1.2.4\n", "bytes changed before"),
        ("a: 1.2.3 # c\n", "a: 1.2.4 # d\n", "bytes changed behind"),
        ("a: 1.2.3\n", "a: 1.2.4", "bytes changed behind"),
        ("a: 1.2.3\r\n", "a: 1.2.4\n", "bytes changed behind"),
        ("# c\na: 1.2.3\n", "a: 1.2.4\n", "bytes changed before"),
        ("\ufeffa: 1.2.3\n", "a: 1.2.4\n", "bytes changed before"),
        ("a: 1.2.3\nb: c\n", "a: 1.2.4\nb: d\n", "not to change"),
        ("a: 1.2.3\nb: c\n", "a: 1.2.4\nb: 'c'\n", "not to change"),
        ("a: 1.2.3\nb: c\n", "a: 1.2.4\nb: &x c\n", "not to change"),
        ("a: 1.2.3\nb: c\n", "a: 1.2.4\nd: c\n", "not to change"),
        ("a: 1.2.3\n", "a: 1.2.4\nb: c\n", "structure"),
        ("a: 1.2.3\nb: [c]\n", "a: 1.2.4\nb: {c}\n", "structure"),
        ("a: 1.2.3\nb: [c]\n", "a: 1.2.4\nb:\n- c\n", "structure"),
        ("a: 1.2.3\nb: [c]\n", "a: 1.2.4\nb: !x [c]\n", "structure"),
        ("b: &x c\nd: &y e\na: 1.2.3\nf: *x\n", "b: &x c\nd: &y e\na: 1.2.4\nf: *y\n", "structure"),
        ("a: 1.2.3\n", "a: {b: 1.2.4}\n", "structure"),
        ("a: 1.2.3\n", "a: 1.2.4\n---\nb: c\n", "number of documents"),
        ("a: 1.2.3\n", "a: 'b\n", "cannot be read"),
    ],
)
def test_any_other_difference_is_refused_with_a_sentence(before: str, after: str, sentence: str) -> None:
    difference = proof_of(before, after)
    assert difference is not None
    assert sentence in difference.sentence


@pytest.mark.parametrize("text", ["1.10", "1e3", "true", "2024-01-01", "12:30:45", "~"])
def test_a_value_that_some_reader_takes_for_no_string_is_refused(text: str) -> None:
    difference = proof_of("a: 1.2.3\n", f"a: {text}\n", text)
    assert difference is not None
    assert "not a string" in difference.sentence
    assert proof_of("a: 1.2.3\n", f'a: "{text}"\n', text) is None


@pytest.mark.parametrize(
    ("before", "route", "index", "sentence"),
    [
        ("a: 1.2.3\n", ("b",), 0, "not one scalar"),
        ("a: 1.2.3\n", (), 0, "not one scalar"),
        ("a: 1.2.3\n", ("a",), 1, "no document"),
        ("a: 1.2.3\n", ("a",), -1, "no document"),
        ("a: 1.2.3\na: 1.2.3\n", ("a",), 0, "not one scalar"),
        ("a: &v 1.2.3\nb: *v\n", ("a",), 0, "repeated by aliases"),
        ("a: &m {x: 1.2.3}\nb: *m\n", ("a", "x"), 0, "repeated by aliases"),
        ("a: [&m {x: [1.2.3]}]\nb: {<<: *m}\n", ("a", 0, "x", 0), 0, "repeated by aliases"),
        ("b: &v 1.2.3\na: *v\n", ("a",), 0, "not one scalar"),
        ("b: c\na:\n", ("a",), 0, "not one scalar"),
        ("a: 1.2.4\n", ("a",), 0, "that text before"),
    ],
)
def test_an_intent_that_names_no_single_value_is_refused(before: str, route: Route, index: int, sentence: str) -> None:
    difference = proof_of(before, before, route=route, index=index)
    assert difference is not None
    assert sentence in difference.sentence


def test_a_swap_of_two_documents_is_refused() -> None:
    difference = proof_of("a: 1.2.3\n---\nb: 1\n", "b: 1\n---\na: 1.2.4\n")
    assert difference is not None


def test_several_values_are_proved_at_once_and_each_must_change() -> None:
    file = read(b"a: 1\nb: 'x'\n--- \nc: [1.0.0, 2.0.0]\n")
    assert isinstance(file, YamlText)
    intended: dict[tuple[int, Route], str] = {(0, ("b",)): "yy", (1, ("c", 1)): "2.0.10", (1, ("c", 0)): "1.1.0"}
    assert prove(file, b"a: 1\nb: 'yy'\n--- \nc: [1.1.0, 2.0.10]\n", intended) is None
    assert prove(file, b"a: 1\nb: 'yy'\n--- \nc: [1.0.0, 2.0.10]\n", intended) is not None
    assert prove(file, b"a: 1\nb: 'x'\n--- \nc: [1.0.0, 2.0.0]\n", {}) is None


def test_the_line_of_a_difference_is_that_of_the_old_file() -> None:
    difference = proof_of("# c\na: 1.2.3\nb: c\n", "# c\na: 1.2.4\nb: d\n")
    assert difference is not None
    assert difference.line == 3


def test_new_bytes_are_read_within_the_limits() -> None:
    file = read(b"a: 1.2.3\n")
    assert isinstance(file, YamlText)
    assert prove(file, b"a: 1.2.10\n", {(0, ("a",)): "1.2.10"}, Limits(size=9)) is not None
