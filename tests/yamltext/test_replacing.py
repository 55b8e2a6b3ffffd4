"""What a replaced value looks like, and what is not replaced."""

import pytest

from bot.yamltext.nodes import Route, YamlText
from bot.yamltext.proof import prove
from bot.yamltext.reading import read
from bot.yamltext.replacing import Refusal, replace
from bot.yamltext.splices import apply


def edit(data: bytes, route: Route, text: str, index: int = 0) -> bytes | Refusal:
    file = read(data)
    assert isinstance(file, YamlText), file
    splice = replace(file, file.documents[index], route, text)
    if isinstance(splice, Refusal):
        return splice
    after = apply(data, [splice])
    assert prove(file, after, {(index, route): text}) is None
    return after


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("a: 1.2.3\n", "1.2.4", "a: 1.2.4\n"),
        ("a: 1.2.3", "1.2.10", "a: 1.2.10"),
        ("a: '1.2.3'\n", "1.2.4", "a: '1.2.4'\n"),
        ('a: "1.2.3"\n', "1.2.4", 'a: "1.2.4"\n'),
        ("a: 1.2.3 # note\r\nb: c\r\n", "1.2.4", "a: 1.2.4 # note\r\nb: c\r\n"),
        ("a: 1.2.3 \t\nb: c\r\n", "1.2.4", "a: 1.2.4 \t\nb: c\r\n"),
        ("\ufeff# 🎉\né: ü\na: 1.2.3 # ö\n", "1.2.4", "\ufeff# 🎉\né: ü\na: 1.2.4 # ö\n"),
        ("# above\n--- # c\na: 1.2.3\n...\n# below", "1.2.4", "# above\n--- # c\na: 1.2.4\n...\n# below"),
        ("%YAML 1.1\n---\na: 1.2.3\n", "1.2.4", "%YAML 1.1\n---\na: 1.2.4\n"),
        ("{a: 1.2.3, b: c}\n", "1.2.4", "{a: 1.2.4, b: c}\n"),
        ('{"a":1.2.3}\n', "1.10", '{"a":"1.10"}\n'),
        ("{a: '1.2.3',b: c}\n", "1.2.4", "{a: '1.2.4',b: c}\n"),
        ("{a: sha256:0a, b: [x:y?z]}\n", "sha256:0b", "{a: sha256:0b, b: [x:y?z]}\n"),
        ("a: &v 1.2.3\n", "1.2.4", "a: &v 1.2.4\n"),
        ("a: ${V:=1.2.3}\n", "${V:=1.3.0}", "a: ${V:=1.3.0}\n"),
        ("a: v${V:-1.2.3}.x # b\n", "v${V:-1.10}.x", "a: v${V:-1.10}.x # b\n"),
        ("a: ${V:=1.2.3}\n", "${W:=1.2.3}", 'a: "${W:=1.2.3}"\n'),
        ("a: &v 1.2.3\nb: &v 5\nc: *v\n", "1.2.4", "a: &v 1.2.4\nb: &v 5\nc: *v\n"),
        ("a: !!str 1.2\n", "1.3", 'a: !!str "1.3"\n'),
        ("a: ! 1.2.3\n", "1.2.4", "a: ! 1.2.4\n"),
        ("a:\n  1.2.3\n", "1.2.4", "a:\n  1.2.4\n"),
        ("a: é\n", "1.2.4", "a: 1.2.4\n"),
        ("a: 1.2.3\n", "1.10", 'a: "1.10"\n'),
        ("a: '1.9'\n", "1.10", "a: '1.10'\n"),
        ("a: 1.2.3\n", "1e3", 'a: "1e3"\n'),
        ("a: 1.2.3\n", "2024-01-01", 'a: "2024-01-01"\n'),
        ("a: 1.2.3\n", ">=1.0.0 <2.0.0", 'a: ">=1.0.0 <2.0.0"\n'),
        ("a: 1.2.3\n", "*", 'a: "*"\n'),
        ("a: 1.2.3\n", "x: y", 'a: "x: y"\n'),
        ("a: 1.2.3\n", "x #y", 'a: "x #y"\n'),
        ("a: 1.2.3\n", "it's", 'a: "it\'s"\n'),
        ("a: '1.2.3'\n", 'say "x"', "a: 'say \"x\"'\n"),
        ('a: "1.2.3"\n', "", 'a: ""\n'),
        ("b: {a: 5}\nb2: 1\na: 5\n", "6.0.0", "b: {a: 5}\nb2: 1\na: 6.0.0\n"),
        ("<<: {a: 1}\na: 1.2.3\n", "1.2.4", "<<: {a: 1}\na: 1.2.4\n"),
    ],
)
def test_the_value_changes_in_its_own_style_and_nothing_else_does(before: str, text: str, after: str) -> None:
    assert edit(before.encode(), ("a",), text) == after.encode()


@pytest.mark.parametrize(
    ("before", "text", "refusal"),
    [
        ("b: c\n", "1.2.4", Refusal.ABSENT),
        ("v: &v 1.2.3\na: *v\n", "1.2.4", Refusal.ALIAS),
        ("v: &v {a: 1}\n<<: *v\n", "1.2.4", Refusal.MERGE),
        ("a: 1.2.3\n<<: {a: 1}\n", "1.2.4", Refusal.MERGE),
        ("a: 1.2.3\na: 1.2.3\n", "1.2.4", Refusal.DUPLICATE),
        ("a: &v 1.2.3\nb: *v\n", "1.2.4", Refusal.SHARED),
        ("a: {b: c}\n", "1.2.4", Refusal.COLLECTION),
        ("a: [b]\n", "1.2.4", Refusal.COLLECTION),
        ("a:\nb: c\n", "1.2.4", Refusal.EMPTY),
        ("a: &v\nb: c\n", "1.2.4", Refusal.EMPTY),
        ("a: |\n  1.2.3\n", "1.2.4", Refusal.BLOCK),
        ("a: >-\n  1.2.3\n", "1.2.4", Refusal.BLOCK),
        ("a: 1\n  2\n", "1.2.4", Refusal.MULTI_LINE),
        ("a: '1\n  2'\n", "1.2.4", Refusal.MULTI_LINE),
        ('a: "1\\\n  2"\n', "1.2.4", Refusal.MULTI_LINE),
        ('a: "1\r\n  2"\n', "1.2.4", Refusal.MULTI_LINE),
        ("a: 'x\x85 y'\n", "1.2.4", Refusal.MULTI_LINE),
        ('a: "1\\x2e2"\n', "1.2.4", Refusal.ESCAPED),
        ('a: "\\""\n', "1.2.4", Refusal.ESCAPED),
        ("a: 'it''s'\n", "1.2.4", Refusal.MISWRITTEN),
        ("a: !!int 5\n", "1.2.4", Refusal.TAGGED),
        ("a: !env 5\n", "1.2.4", Refusal.TAGGED),
        ("a: !!binary aGk=\n", "1.2.4", Refusal.TAGGED),
        ("a: 1.2.3\n", "1.2.3", Refusal.SAME),
        ("a: 'x'\n", "it's", Refusal.INEXPRESSIBLE),
        ("a: x\n", 'a"b', Refusal.INEXPRESSIBLE),
        ('a: "x"\n', 'a"b', Refusal.INEXPRESSIBLE),
        ('a: "x"\n', "a\\b", Refusal.INEXPRESSIBLE),
    ],
)
def test_a_value_that_cannot_be_exchanged_token_for_token_is_refused_by_name(
    before: str, text: str, refusal: Refusal
) -> None:
    assert edit(before.encode(), ("a",), text) is refusal


@pytest.mark.parametrize("style", ["", "'", '"'])
@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ud800"])
def test_signs_that_hide_or_break_what_is_written_are_refused(style: str, sign: str) -> None:
    assert edit(f"a: {style}1.2.3{style}\n".encode(), ("a",), f"1{sign}2") is Refusal.INEXPRESSIBLE


def test_each_refusal_says_why_in_a_sentence_of_its_own() -> None:
    assert len({str(refusal) for refusal in Refusal}) == len(Refusal)


def test_values_are_addressed_through_lists_and_documents() -> None:
    data = b"---\n---\na:\n- b: 1.2.3\n- b: 1.2.3 # this one\n"
    assert edit(data, ("a", 1, "b"), "1.2.4", index=1) == data.replace(b"1.2.3 #", b"1.2.4 #")


@pytest.mark.parametrize(
    ("data", "route"),
    [
        (b"a: &m {x: 1.2.3}\nb: *m\n", ("a", "x")),
        (b"a: &m {x: {y: 1.2.3}}\nb: {<<: *m}\n", ("a", "x", "y")),
        (b"a: &s [1.2.3]\nb: *s\n", ("a", 0)),
    ],
)
def test_a_value_inside_of_what_aliases_repeat_is_not_replaced(data: bytes, route: Route) -> None:
    assert edit(data, route, "1.2.4") is Refusal.SHARED


def test_an_alias_of_something_else_keeps_nothing_back() -> None:
    data = b"a: &m {x: 1.2.3}\nb: &n {y: z}\nc: *n\n"

    assert edit(data, ("a", "x"), "1.2.4") == data.replace(b"1.2.3", b"1.2.4")
