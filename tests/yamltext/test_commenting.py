"""A comment is put behind a value that is alone on its line, and seen there; nothing else moves."""

import pytest

from bot.yamltext.commenting import append_comment
from bot.yamltext.nodes import Route, YamlText
from bot.yamltext.proof import prove
from bot.yamltext.reading import read
from bot.yamltext.replacing import Refusal, replace
from bot.yamltext.splices import Splice, apply

COMMENT = "flux-chart-bot: 1.x"
A: Route = ("a",)


def read_text(text: str) -> YamlText:
    file = read(text.encode())
    assert isinstance(file, YamlText), file
    return file


def pinned(text: str, route: Route = A, comment: str = COMMENT) -> str | Refusal:
    """The text with 1.2.4 and the comment; or why not."""
    file = read_text(text)
    value, behind = replace(file, file.documents[0], route, "1.2.4"), None
    assert isinstance(value, Splice), value
    behind = append_comment(file, file.documents[0], route, comment)
    if isinstance(behind, Refusal):
        return behind
    after = apply(file.data, [value, behind])
    assert prove(file, after, {(0, route): "1.2.4"}, comments={(0, route): comment}) is None
    return after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1.x\nb: c\n", "a: 1.2.4 # flux-chart-bot: 1.x\nb: c\n"),
        ("a: '1.x'\r\nb: c\r\n", "a: '1.2.4' # flux-chart-bot: 1.x\r\nb: c\r\n"),
        ("a: 1.x\rb: c\r", "a: 1.2.4 # flux-chart-bot: 1.x\rb: c\r"),
        ('a: "1.x"', 'a: "1.2.4" # flux-chart-bot: 1.x'),
        ("a: 1.x  \t\n", "a: 1.2.4  \t # flux-chart-bot: 1.x\n"),
        ("{a: 1.x}\n", "{a: 1.2.4} # flux-chart-bot: 1.x\n"),
        ("{a: 1.x } \n", "{a: 1.2.4 }  # flux-chart-bot: 1.x\n"),
        ("{\n  a: 1.x\n}\n", "{\n  a: 1.2.4 # flux-chart-bot: 1.x\n}\n"),
        ("a: 1.x\n# below\n", "a: 1.2.4 # flux-chart-bot: 1.x\n# below\n"),
        ("\ufeffé: 🎉\na: 1.x\n", "\ufeffé: 🎉\na: 1.2.4 # flux-chart-bot: 1.x\n"),
        ("a: &v 1.x\n", "a: &v 1.2.4 # flux-chart-bot: 1.x\n"),
    ],
)
def test_the_comment_stands_at_the_end_of_the_line(before: str, after: str) -> None:
    assert pinned(before) == after


@pytest.mark.parametrize(
    ("text", "route", "refusal"),
    [
        ("a: 1.x # note\n", A, Refusal.COMMENTED),
        ("a: 1.x #\n", A, Refusal.COMMENTED),
        ("a: 1.x # flux-chart-bot: 1.2.x\n", A, Refusal.COMMENTED),
        ("{a: 1.x} # note\n", A, Refusal.COMMENTED),
        ("{a: 1.x, b: 2.x}\n", A, Refusal.NEIGHBOURS),
        ("{b: 2.x, a: 1.x}\n", A, Refusal.NEIGHBOURS),
        ("{\n  a: 1.x,\n  b: 2.x\n}\n", A, Refusal.NEIGHBOURS),
        ("[{a: 1.x}, {a: 2.x}]\n", (1, "a"), Refusal.NEIGHBOURS),
        ("- {b: 2.x, c: {a: 1.x}}\n", (0, "c", "a"), Refusal.NEIGHBOURS),
        ("a: 1.x\u0085b: c\n", A, Refusal.NEIGHBOURS),
        ("a: 1.x\u2028b: c\n", A, Refusal.NEIGHBOURS),
    ],
)
def test_where_it_would_be_a_word_on_something_else_it_is_refused(text: str, route: Route, refusal: Refusal) -> None:
    assert pinned(text, route) is refusal


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("a: |\n  1.x\n", Refusal.BLOCK), ("a: [1.x]\n", Refusal.COLLECTION), ("b: c\n", Refusal.ABSENT)],
)
def test_what_is_no_value_of_one_line_gets_none(text: str, refusal: Refusal) -> None:
    file = read_text(text)
    assert append_comment(file, file.documents[0], A, COMMENT) is refusal


@pytest.mark.parametrize("comment", ["", " x", "x ", "x\ny: z", "x\ry: z", "x\x85y", "x\u2028y", "\t", "x\u202ey"])
def test_a_comment_that_is_not_one_visible_line_is_refused(comment: str) -> None:
    assert pinned("a: 1.x\n", comment=comment) is Refusal.INEXPRESSIBLE


@pytest.mark.parametrize(
    "after",
    [
        pytest.param("a: 1.2.4\nb: 1.x\n", id="no comment"),
        pytest.param("a: 1.2.4 # flux-chart-bot: 2.x\nb: 1.x\n", id="another comment"),
        pytest.param("a: 1.2.4 # flux-chart-bot: 1.x and more\nb: 1.x\n", id="a longer comment"),
        pytest.param("a: 1.2.4  # flux-chart-bot: 1.x\nb: 1.x\n", id="another blank"),
        pytest.param("a: 1.2.4\n # flux-chart-bot: 1.x\nb: 1.x\n", id="a comment below"),
        pytest.param("a: 1.2.4\nb: 1.x # flux-chart-bot: 1.x\n", id="a comment behind another value"),
        pytest.param("a: 1.2.4 # flux-chart-bot: 1.x\nb: 1.x # more\n", id="one more comment"),
        pytest.param("a: 1.x # flux-chart-bot: 1.x\nb: 1.x\n", id="the old value"),
        pytest.param("a: 1.2.4 # flux-chart-bot: 1.x\n\nb: 1.x\n", id="one more line"),
    ],
)
def test_the_proof_takes_no_other_comment_and_no_other_bytes(after: str) -> None:
    file = read_text("a: 1.x\nb: 1.x\n")
    assert prove(file, after.encode(), {(0, A): "1.2.4"}, comments={(0, A): COMMENT}) is not None


def test_the_proof_takes_no_second_comment_on_a_line() -> None:
    file = read_text("a: 1.x # note\n")
    after = b"a: 1.2.4 # note # flux-chart-bot: 1.x\n"
    assert prove(file, after, {(0, A): "1.2.4"}, comments={(0, A): COMMENT}) is not None


def test_without_a_wish_for_comments_none_may_appear() -> None:
    file = read_text("a: 1.x\n")
    assert prove(file, b"a: 1.2.4 # flux-chart-bot: 1.x\n", {(0, A): "1.2.4"}) is not None
