"""What the reader makes of every corner of YAML, with libyaml and without."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from bot.yamltext.events import CParser, Opener, open_libyaml, open_pure
from bot.yamltext.nodes import Alias, Mapping, Node, Scalar, Sequence, YamlText
from bot.yamltext.reading import read
from bot.yamltext.unreadable import UnreadableYaml

libyaml_only = pytest.mark.skipif(CParser is None, reason="no wheel of libyaml")
PARSERS = [
    pytest.param(open_libyaml, id="libyaml", marks=libyaml_only),
    pytest.param(open_pure, id="pure"),
]
either_parser = pytest.mark.parametrize("parser", PARSERS)


def read_well(data: bytes, parser: Opener = open_pure) -> YamlText:
    file = read(data, open_events=parser)
    assert isinstance(file, YamlText), file
    return file


def nodes_of(node: Node) -> list[Node]:
    match node:
        case Mapping():
            children = [child for pair in node.items for child in pair]
        case Sequence():
            children = list(node.values)
        case _:
            children = []
    return [node, *(inner for child in children for inner in nodes_of(child))]


def tokens(file: YamlText) -> list[str]:
    found = [node for document in file.documents for node in nodes_of(document.root)]
    return [file.data[node.start : node.end].decode() for node in found if isinstance(node, Scalar | Alias)]


@either_parser
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"# only a comment\n", []),
        (b"a: b\n", ["a", "b"]),
        (b"a: b", ["a", "b"]),
        (b"a: 'b c' # d\n", ["a", "'b c'"]),
        (b'a: "b\\tc"\n', ["a", '"b\\tc"']),
        (b"a: 'it''s'\n", ["a", "'it''s'"]),
        (b"a: b\r\nc: d\r\n", ["a", "b", "c", "d"]),
        (b"a: b\r\nc: d\ne: f\r", ["a", "b", "c", "d", "e", "f"]),
        (b"\xef\xbb\xbfa: b\n", ["a", "b"]),
        ("\ufeffä: 'ö 🎉'\nb: 🚀 # ü\nc: d\n".encode(), ["ä", "'ö 🎉'", "b", "🚀", "c", "d"]),
        ("a: é\u2028b: c\n".encode(), ["a", "é", "b", "c"]),
        ("a: é\x85b: c\n".encode(), ["a", "é", "b", "c"]),
        (b"a: &x 1.2.3\nb: *x\n", ["a", "1.2.3", "b", "*x"]),
        (b"a: !!str 1.2.3\n", ["a", "1.2.3"]),
        (b"a: &x !!str '1'\nb: !!str &y 2\n", ["a", "'1'", "b", "2"]),
        (b"a: &x # why\n  # more & !more\n  '1'\n", ["a", "'1'"]),
        (b"a: !<tag:x.y,2000:z> b\n", ["a", "b"]),
        (b"&k a: &v b\n", ["a", "b"]),
        (b"{a: b, c: [d, 'e' ,\"f\"]}\n", ["a", "b", "c", "d", "'e'", '"f"']),
        (b'{"a":b}\n', ['"a"', "b"]),
        (b"? a\n: b\n", ["a", "b"]),
        (b"a: x\n  y\n", ["a", "x\n  y"]),
        (b"a: |\n  x\n  y\nb: >-\n  z\nc: d\n", ["a", "|\n  x\n  y\n", "b", ">-\n  z\n", "c", "d"]),
        (b"# x\n--- # y\na: b\n... # z\n---\nc\n", ["a", "b", "c"]),
        (b"%YAML 1.1\n---\na: b\n", ["a", "b"]),
        (b"%YAML 1.2\n%TAG !e! tag:e,2000:\n---\na: !e!x b\n", ["a", "b"]),
        (b"a: [http://h/?x=y, 'b']\n", ["a", "http://h/?x=y", "'b'"]),
        (b"a: b\na: c\n", ["a", "b", "a", "c"]),
        (b"a: 1\nb: 2024-99-99\nc: " + b"9" * 10_000 + b"\n", ["a", "1", "b", "2024-99-99", "c", "9" * 10_000]),
    ],
)
def test_offsets_slice_exactly_the_token_of_a_value(data: bytes, expected: list[str], parser: Opener) -> None:
    assert tokens(read_well(data, parser)) == expected


@either_parser
def test_tabs_around_a_value_do_not_belong_to_it(parser: Opener) -> None:
    data = b"a:\tb \t# c\nd: 'e'\t\nf: [\tg\t,\n\th\t]\t# i\n"
    assert tokens(read_well(data, parser)) == ["a", "b", "d", "'e'", "f", "g", "h"]


@either_parser
def test_tabs_do_not_indent_keys(parser: Opener) -> None:
    assert isinstance(read(b"a:\n\tb: c\n", open_events=parser), UnreadableYaml)


def test_without_libyaml_tabs_inside_plain_text_are_refused_not_misread() -> None:
    assert isinstance(read(b"a: b\tc\n", open_events=open_pure), UnreadableYaml)


@either_parser
@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a: b\n", (1, 4)),
        (b"# c\r\n\r\na: b\r\n", (3, 4)),
        ("\ufeffä: b\n".encode(), (1, 4)),
        (b"a: &x b\n", (1, 7)),
        (b"a: &x\n    b\n", (2, 5)),
        ("# \u2028\x85\na: b\n".encode(), (2, 4)),
    ],
)
def test_lines_and_columns_are_those_an_editor_shows(data: bytes, place: tuple[int, int], parser: Opener) -> None:
    root = read_well(data, parser).documents[0].root
    assert isinstance(root, Mapping)
    value = root.values[0]
    assert (value.line, value.column) == place


@either_parser
def test_documents_are_counted_with_the_empty_ones(parser: Opener) -> None:
    documents = read_well(b"# c\n---\n---\na: b\n---\n# d\n", parser).documents
    assert [(document.index, document.line) for document in documents] == [(0, 2), (1, 3), (2, 5)]
    assert [type(document.root) for document in documents] == [Scalar, Mapping, Scalar]


@either_parser
def test_a_document_behind_a_directive_starts_at_its_dashes(parser: Opener) -> None:
    assert read_well(b"%YAML 1.1\n---\na\n", parser).documents[0].line == 2


@either_parser
def test_scalars_stay_text_whatever_they_look_like(parser: Opener) -> None:
    root = read_well(b"[1, true, ~, 1e3, 2024-01-01, 0x1, .nan, '1']", parser).documents[0].root
    assert isinstance(root, Sequence)
    texts = [node.text for node in root.values if isinstance(node, Scalar)]
    assert texts == ["1", "true", "~", "1e3", "2024-01-01", "0x1", ".nan", "1"]


@either_parser
def test_an_alias_stands_for_the_last_definition_before_it(parser: Opener) -> None:
    document = read_well(b"[&a 1, *a, &a 2, *a, &b [*b], *c]", parser).documents[0]
    assert isinstance(document.root, Sequence)
    one, first, two, second, loop, undefined = document.root.values
    assert document.follow(first) is one
    assert document.follow(second) is two
    assert isinstance(loop, Sequence)
    assert document.follow(loop.values[0]) is loop
    assert document.follow(undefined) is undefined
    assert document.follow(one) is one


@either_parser
def test_an_alias_bomb_is_as_small_as_its_text(parser: Opener) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    document = read_well("\n".join(lines).encode(), parser).documents[0]
    assert len(nodes_of(document.root)) < 400


@either_parser
def test_an_anchor_is_referred_to_only_until_it_is_defined_again(parser: Opener) -> None:
    document = read_well(b"[&a 1, &a 2, *a, &a 3]", parser).documents[0]
    assert isinstance(document.root, Sequence)
    scalars = [node for node in document.root.values if isinstance(node, Scalar)]
    assert [document.is_referred_to(node) for node in scalars] == [False, True, False]


@either_parser
def test_styles_tags_and_flow_are_kept(parser: Opener) -> None:
    root = read_well(b"a: [b, 'c', \"d\", !!str e]\nf: |\n  g\nh: >\n  i\n", parser).documents[0].root
    assert isinstance(root, Mapping)
    assert not root.flow
    items, literal, folded = root.values
    assert isinstance(items, Sequence)
    assert items.flow
    scalars = [node for node in (*items.values, literal, folded) if isinstance(node, Scalar)]
    assert [node.style for node in scalars] == ["", "'", '"', "", "|", ">"]
    assert [node.tag for node in scalars] == [None, None, None, "tag:yaml.org,2002:str", None, None]


@libyaml_only
def test_both_parsers_give_the_same_nodes() -> None:
    data = (
        "\ufeff%YAML 1.1\n--- # é\n&r a: &x !!str 'b' # c\nd: [*x, {e: \"f\\n\", ? g : h}]\r\n"
        "k: |-\n  x\n\n  🎉\nl: >+\n  x\n\nm: p\n  q\n\n  r\n...\n---\n- - t\n  - u: v\n    w: x\n"
    ).encode()
    assert read_well(data, open_libyaml) == read_well(data, open_pure)


def test_without_a_wheel_of_libyaml_the_pure_parser_is_taken() -> None:
    program = (
        "import sys; sys.modules['_ruamel_yaml'] = sys.modules['_ruamel_yaml_clibz'] = None\n"
        "from bot.yamltext import events, reading\n"
        "print(events.FASTEST is events.open_pure, reading.read(b'a: b').documents[0].root.values[0].text)"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "b"]


@libyaml_only
def test_what_was_read_and_dropped_leaves_nothing_to_a_search_for_garbage() -> None:
    """A run makes such a search hardly ever (`bot.__main__`): circles would keep a fleet's every reading in memory."""
    text = b"a: &one [x, {b: c}]\nd: *one\n---\ne: !!str f\n"
    read_well(text, open_libyaml)
    gc.collect()
    gc.disable()
    try:
        read_well(text, open_libyaml)
        assert gc.collect() == 0
    finally:
        gc.enable()
