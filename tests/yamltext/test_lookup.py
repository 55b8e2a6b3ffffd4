"""Which node a route names, and what stands in the way."""

import pytest

from bot.yamltext.lookup import Obstacle, find, resolve
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Route, Scalar, YamlText
from bot.yamltext.reading import read


def document(text: str) -> Document:
    file = read(text.encode())
    assert isinstance(file, YamlText), file
    return file.documents[0]


def text_of(node: Node | Obstacle) -> str | Obstacle:
    if isinstance(node, Obstacle):
        return node
    assert isinstance(node, Scalar), node
    return node.text


@pytest.mark.parametrize(
    ("text", "route", "expected"),
    [
        ("a: {b: [x, {c: d}]}", ("a", "b", 1, "c"), "d"),
        ("'a': \"b\"", ("a",), "b"),
        ("5: b", ("5",), "b"),
        ("scalar", (), "scalar"),
        ("a: b", ("c",), Obstacle.ABSENT),
        ("a: b", ("a", "b"), Obstacle.ABSENT),
        ("a: [b]", ("a", 1), Obstacle.ABSENT),
        ("a: [b]", ("a", -1), Obstacle.ABSENT),
        ("a: [b]", ("a", "0"), Obstacle.ABSENT),
        ("0: b", (0,), Obstacle.ABSENT),
        ("? [a]\n: b\na: c", ("a",), "c"),
        ("x: &x {b: c}\na: *x", ("a", "b"), Obstacle.ALIAS),
        ("x: &x b\n*x : c\nd: e", ("d",), Obstacle.ALIAS),
        ("a: b\na: c", ("a",), Obstacle.DUPLICATE),
        ("'a': b\na: c", ("a",), Obstacle.DUPLICATE),
        ("a: {b: 1}\na: {c: 2}", ("a", "c"), Obstacle.DUPLICATE),
        ("d: 1\nd: 2\na: b", ("a",), "b"),
        ("x: &x {b: c}\na: {<<: *x}", ("a", "b"), Obstacle.MERGE),
        ("x: &x {b: c}\na: {<<: *x, b: d}", ("a", "b"), "d"),
        ("x: &x {b: c}\na: {b: d, <<: *x}", ("a", "b"), Obstacle.MERGE),
        ("x: &x {b: c}\na: {b: d, <<: *x, b: e}", ("a", "b"), Obstacle.DUPLICATE),
        ("x: &x {b: c}\na: {'<<': *x}", ("a", "b"), Obstacle.MERGE),
    ],
)
def test_a_route_leads_to_what_is_written_there_or_to_an_obstacle(
    text: str, route: Route, expected: str | Obstacle
) -> None:
    assert text_of(find(document(text), route)) == expected


def test_a_route_may_end_at_an_alias_and_reading_follows_it() -> None:
    aliased = document("n: &app podinfo\na: {name: *app}\nm: &m {k: v}\nb: *m")
    assert isinstance(find(aliased, ("a", "name")), Alias)
    assert text_of(resolve(aliased, ("a", "name"))) == "podinfo"
    assert text_of(resolve(aliased, ("b", "k"))) == "v"


def test_an_alias_without_an_anchor_is_no_value() -> None:
    dangling = document("a: *nowhere")
    assert isinstance(resolve(dangling, ("a",)), Alias)
    assert resolve(dangling, ("a", "b")) is Obstacle.ALIAS


def test_a_route_of_nothing_is_the_root() -> None:
    assert isinstance(find(document("a: b"), ()), Mapping)
