"""The comment behind a value, and nothing that only looks like one."""

import pytest

from bot.yamltext.comments import trailing_comment
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Alias, Scalar, YamlText
from bot.yamltext.reading import read

MARKER = '{"$imagepolicy": "flux-system:podinfo:tag"}'


def comment_of_a(text: str) -> str | None:
    file = read(text.encode())
    assert isinstance(file, YamlText), file
    document = file.documents[-1]
    value = find(document, ("a",))
    assert isinstance(value, Scalar | Alias), value
    return trailing_comment(file, document, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1.2.3\n", None),
        ("a: 1.2.3", None),
        ("a: 1.2.3 # flux-chart-bot: 1.2.x\n", "flux-chart-bot: 1.2.x"),
        ("a: 1.2.3 # flux-chart-bot: 1.2.x", "flux-chart-bot: 1.2.x"),
        ("a: 1.2.3 # flux-chart-bot: 1.2.x\r\nb: c # d\r\n", "flux-chart-bot: 1.2.x"),
        ("a: 1.2.3 # one\rb: c # two\r", "one"),
        ("a: 1.2.3 # one\u2028b: c # two\n", "one"),
        (f"a: 1.2.3 # {MARKER}\n", MARKER),
        (f"a: '1.2.3' #{MARKER}\n", MARKER),
        ('a: "1.2.3"   #   x   \n', "x"),
        ("a: 1.2.3\t# x\n", "x"),
        ("a: 1.2.3 #\n", ""),
        ("a: 1.2.3 # é 🎉 # more\n", "é 🎉 # more"),
        ("\ufeffé: 🎉\na: 1.2.3 # x\n", "x"),
        ("a: 1.2.3#x\n", None),
        ("a: '1 # 2'\n", None),
        ("a: '1 # 2' # x\n", "x"),
        ("a: 1.2.3\n# below\n", None),
        ("# above\na: 1.2.3\n", None),
        ("{a: 1.2.3, b: 'c # d'} # x\n", "x"),
        ('{a: 1.2.3, b: "c # d", "e # f": g#h}\n', None),
        ("{a: 1.2.3, # x\n b: c}\n", "x"),
        ("{a: 1.2.3, b: [c, 'd # e', {f: 'g # h'}]} # x\n", "x"),
        ("{a: 1.2.3, b: 'c # d\n  # e'} # x\n", None),
        ("a: &v 1.2.3 # x\n", "x"),
        ("a: !!str 1.2.3 # x\n", "x"),
        ("v: &v 1\na: *v # x\n", "x"),
        ("a: 1\n  2 # x\n", "x"),
        ("a: |\n  b\n# x\n", None),
        ("a: | # x\n  b\n", None),
        ("a: \n# x\n", None),
        ("--- # y\na: b # x\n... # z\n", "x"),
    ],
)
def test_the_comment_of_a_value_stands_on_its_own_line(text: str, expected: str | None) -> None:
    assert comment_of_a(text) == expected


def test_a_comment_too_far_to_the_right_is_not_looked_for() -> None:
    assert comment_of_a("a: 1.2.3" + " " * 5000 + "# x\n") is None
