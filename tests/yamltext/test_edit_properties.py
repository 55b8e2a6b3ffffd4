"""An edit changes exactly the intended values, or is refused: over generated YAML of every style."""

import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML  # noqa: TID251  (an independent reader as the judge of our edits)
from ruamel.yaml.error import ReusedAnchorWarning  # noqa: TID251  (as above)

from bot.yamltext.commenting import append_comment
from bot.yamltext.comments import trailing_comment
from bot.yamltext.events import CParser, open_libyaml, open_pure
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Route, Scalar, Sequence, YamlText
from bot.yamltext.proof import prove
from bot.yamltext.reading import read
from bot.yamltext.replacing import Refusal, replace
from bot.yamltext.splices import Splice, apply

VERSIONS = ["1.2.4", "6.5.10", "v2.0.0", "1.10", "1e3", "2024-01-01", "12:30:45", "5", "0x1", "1_000", "true", "~"]
TEXTS = [*VERSIONS, "1.2.3-rc.1+b.5", "1.x", ">=1.0.0 <2.0.0", "*", "sha256:" + "0a" * 32, "oci://h:5000/a/b"]
HOSTILE = ['1.2.3"\n  insecure: true', "1.2.3\nb: c", "x: y", "x #y", "'", '"', "''", "\\", "1\\", "{a: b}", "[", "]}"]
HOSTILE += ["&a x", "*k0", "!!int 5", "- x", "? x", "| x", "> x", "---", "...", "%YAML", "\t", "\0", "\x85", "\u2028"]
HOSTILE += [
    "a, b",
    "x:",
    ":x",
    "#x",
    "",
    " ",
    "a  b",
    "@x",
    "`x",
    "<<",
    "=",
    "\ufeff",
    "\U0001f600",
    "\ud800",
    "1 'x\"",
]

SUPPORTED = ["1.2.3", "'1.2.3'", '"1.2.3"', "6.5.3  # note", "'v1.0.0' #x", '"1.x"\t', "&u{n} 1.2.3", "!!str 7.7.7"]
SUPPORTED += ["1.9", "ü🎉", "'é # é'", '"a: b"', "! 3.0.1", "&u{n} !!str '3.3.3'", "\n{pad}  4.0.0", "null", "a b  c"]
UNSUPPORTED = ["|\n{pad}  1.2.3", ">-\n{pad}  1.2.3\n{pad}  x", "1.2\n{pad}  .3", "'1\n{pad}  2'", '"1\\x2e2"', "*s"]
UNSUPPORTED += ["'it''s'", "!!int 5", "!x 1.2.3", "", "&u{n}", '"\\""', '"a\n{pad}  b"', "&s 9.9.9"]
FLOW = ["1.2.3", "'1.2.3'", '"1.2.3"', "&u{n} 1.2.3", "é 🎉", "'a, b: c'", "x:y"]


@dataclass
class Written:
    """A generated file, with the routes of values that must be editable and of those that need not be."""

    text: str = ""
    supported: list[tuple[int, Route]] = field(default_factory=list)
    others: list[tuple[int, Route]] = field(default_factory=list)


def write_file(chance: random.Random) -> Written:
    file = Written()
    for index in range(chance.choice([1, 1, 2, 3])):
        file.text += chance.choice(["---\n", "--- # c\n", "# above\n---\n", "---\n\n"]) if index else ""
        file.text += "# first\n" if chance.random() < 0.2 else ""
        file.text += "s: &s 0.0.0\n"  # what ``*s`` in any other place stands for, until it is defined again
        file.others.append((index, ("s",)))
        _write_block(chance, file, index, (), 0)
        file.text += "...\n" if chance.random() < 0.1 else ""
    if file.text.endswith("\n") and chance.random() < 0.2:
        file.text = file.text[:-1]
    breaks = chance.choice(["\n", "\n", "\n", "\r\n", "mixed"])
    lines = file.text.split("\n")
    joints = [chance.choice(["\n", "\r\n"]) if breaks == "mixed" else breaks for _ in lines]
    file.text = "".join(part for pair in zip(lines, joints, strict=True) for part in pair)[: -len(joints[-1])]
    file.text = chance.choice(["", "", "", "\ufeff"]) + file.text
    return file


def _write_block(chance: random.Random, file: Written, index: int, route: Route, depth: int) -> None:
    pad = "  " * depth
    for n in range(chance.randint(1, 4)):
        file.text += f"{pad}# between\n" if chance.random() < 0.1 else ""
        key, here = chance.choice(["k{n}:", "'k{n}':", '"k{n}" :', "&u9 k{n}:"]).format(n=n), (*route, f"k{n}")
        shape = chance.random()
        if shape < 0.15 and depth < 3:
            file.text += f"{pad}{key}\n"
            _write_block(chance, file, index, here, depth + 1)
        elif shape < 0.25 and depth < 3:
            file.text += f"{pad}{key}\n"
            for item in range(chance.randint(1, 3)):
                _write_value(chance, file, index, (*here, item), f"{pad}-", pad)
        elif shape < 0.35:
            _write_flow(chance, file, index, here, f"{pad}{key}")
        else:
            _write_value(chance, file, index, here, f"{pad}{key}", pad)


def _write_value(chance: random.Random, file: Written, index: int, route: Route, head: str, pad: str) -> None:
    good = chance.random() < 0.75
    form = chance.choice(SUPPORTED if good else UNSUPPORTED).format(pad=pad, n=chance.randint(0, 2))
    file.text += f"{head} {form}\n"
    (file.supported if good else file.others).append((index, route))


def _write_flow(chance: random.Random, file: Written, index: int, route: Route, head: str) -> None:
    forms = [chance.choice(FLOW).format(n=chance.randint(0, 2)) for _ in range(chance.randint(1, 3))]
    gap = chance.choice([", ", ",", " , "])
    if chance.random() < 0.5:
        file.text += f"{head} [{gap.join(forms)}] # 'end\n"
        file.supported += [(index, (*route, item)) for item in range(len(forms))]
    else:
        file.text += f"{head} {{{gap.join(f'f{item}: {form}' for item, form in enumerate(forms))} }}\n"
        file.supported += [(index, (*route, f"f{item}")) for item in range(len(forms))]


def loaded(data: bytes) -> list[Any]:
    """Every document as plain texts, by ruamel.yaml's own parser, composer and constructor."""
    yaml = YAML(typ="base", pure=True)
    yaml.allow_duplicate_keys = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        return list(yaml.load_all(data.decode("utf-8-sig").replace("\t", " ")))


def put(documents: list[Any], index: int, route: Route, text: str) -> None:
    value: Any = documents[index]
    for key in route[:-1]:
        value = value[key]
    value[route[-1]] = text


def check_edit(chance: random.Random, texts: list[str], counts: Counter[str]) -> None:
    """Edit up to three values of a generated file and hold the result against both readers."""
    written = write_file(chance)
    data = written.text.encode()
    before = read(data)
    assert isinstance(before, YamlText), (before, data)
    places = chance.sample(everything := written.supported + written.others, min(3, len(everything)))
    splices: list[Splice] = []
    intended: dict[tuple[int, Route], str] = {}
    for index, route in places:
        text = chance.choice(texts)
        answer = replace(before, before.documents[index], route, text)
        kind = "supported" if (index, route) in written.supported else "other"
        if isinstance(answer, Refusal):
            counts[f"{kind}: {answer.name}"] += 1
            continue
        counts[f"{kind}: edited"] += 1
        splices.append(answer)
        intended[index, route] = text
    after = apply(data, splices)
    assert prove(before, after, intended) is None, (data, after, intended)
    check_against_another_reader(data, after, intended)


def check_against_another_reader(data: bytes, after: bytes, intended: dict[tuple[int, Route], str]) -> None:
    expected = loaded(data)
    for (index, route), text in intended.items():
        put(expected, index, route, text)
    assert loaded(after) == expected, (data, after, intended)


COMMENTS = ["flux-chart-bot: 1.x", "flux-chart-bot: >=1.0.0 <2.0.0 || ^3", "#", "é 🎉", "'", '"{', "- x: *s"]
BAD_COMMENTS = ["", " x", "x ", "x\n", "x\ny: z", "\r", "\x85", "\u2028", "\t", "\0", "\u202e"]


def check_comments(chance: random.Random, counts: Counter[str]) -> None:
    """Edit up to three values and put comments behind them; only these values change, only they get a comment."""
    written = write_file(chance)
    data = written.text.encode()
    before = read(data)
    assert isinstance(before, YamlText), (before, data)
    splices: list[Splice] = []
    intended: dict[tuple[int, Route], str] = {}
    comments: dict[tuple[int, Route], str] = {}
    for index, route in chance.sample(everything := written.supported + written.others, min(3, len(everything))):
        document, comment = before.documents[index], chance.choice(COMMENTS)
        value = replace(before, document, route, chance.choice(VERSIONS[:3]))
        behind = append_comment(before, document, route, comment)
        if isinstance(value, Refusal) or isinstance(behind, Refusal):
            counts[behind.name if isinstance(behind, Refusal) else "value"] += 1
            continue
        assert isinstance(append_comment(before, document, route, chance.choice(BAD_COMMENTS)), Refusal)
        counts["edited"] += 1
        splices += [value, behind]
        intended[index, route], comments[index, route] = value.replacement.decode().strip("'\""), comment
    after = apply(data, splices)
    assert prove(before, after, intended, comments=comments) is None, (data, after, comments)
    check_against_another_reader(data, after, intended)
    check_comments_of_all(before, after, comments)


def check_comments_of_all(before: YamlText, after: bytes, comments: dict[tuple[int, Route], str]) -> None:
    """Whoever looks for the comment of any value finds what was there, but for those that got one."""
    file = read(after)
    assert isinstance(file, YamlText), (file, after)
    for old, new in zip(before.documents, file.documents, strict=True):
        for route, value in values_of(old):
            expected = comments.get((old.index, route), trailing_comment(before, old, value))
            here = find(new, route)
            assert isinstance(here, Scalar)
            assert trailing_comment(file, new, here) == expected, (route, before.data, after)


def values_of(document: Document) -> Iterator[tuple[Route, Scalar]]:
    """Every scalar value that one route names; of an empty one, readers do not know the line."""
    pending: list[tuple[Route, Node]] = [((), document.root)]
    while pending:
        route, node = pending.pop()
        if isinstance(node, Scalar) and node.start < node.end and find(document, route) is node:
            yield route, node
        elif isinstance(node, Mapping):
            pending += [((*route, key.text), value) for key, value in node.items if isinstance(key, Scalar)]
        elif isinstance(node, Sequence):
            pending += [((*route, index), value) for index, value in enumerate(node.values)]


def report(counts: Counter[str]) -> float:
    """Print the counts and give the share of values in supported styles that were edited."""
    supported = {kind: number for kind, number in counts.items() if kind.startswith("supported")}
    meant = sum(supported.values()) - supported.get("supported: SAME", 0)
    sys.stdout.write("".join(f"\n{number:8} {kind}" for kind, number in sorted(counts.items())) + "\n")
    return supported.get("supported: edited", 0) / max(meant, 1)


@settings(max_examples=300, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_an_edit_changes_exactly_the_intended_values_or_is_refused(chance: random.Random) -> None:
    check_edit(chance, TEXTS, Counter())


@settings(max_examples=300, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_comment_is_put_behind_exactly_the_intended_values_or_refused(chance: random.Random) -> None:
    check_comments(chance, Counter())


def test_values_alone_on_their_line_get_their_comment() -> None:
    counts: Counter[str] = Counter()
    for seed in range(300):
        check_comments(random.Random(seed), counts)
    assert counts["edited"] > counts.total() / 4
    assert counts["COMMENTED"]
    assert counts["NEIGHBOURS"]


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_generated_files_get_their_comments_exactly(part: int) -> None:
    for seed in range(1000):
        check_comments(random.Random(2_000_000 + 1000 * part + seed), Counter())


@settings(max_examples=300, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_hostile_texts_never_change_the_structure(chance: random.Random) -> None:
    check_edit(chance, HOSTILE, Counter())


@pytest.mark.parametrize("form", ["- a: {value} # c\n- b\n", "[{{a: {value}}}, b]"])
@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=12), value=st.sampled_from(["1.2.3", "'1.2.3'", '"1.2.3"']))
def test_any_text_at_all_is_written_as_itself_or_refused(text: str, value: str, form: str) -> None:
    data = form.format(value=value).encode()
    before = read(data)
    assert isinstance(before, YamlText)
    answer = replace(before, before.documents[0], (0, "a"), text)
    if isinstance(answer, Splice):
        after = read(apply(data, [answer]))
        assert isinstance(after, YamlText)
        node = find(after.documents[0], (0, "a"))
        assert isinstance(node, Scalar)
        assert node.text == text


@pytest.mark.skipif(CParser is None, reason="no wheel of libyaml")
def test_both_parsers_read_generated_files_alike() -> None:
    for seed in range(300):
        data = write_file(random.Random(seed)).text.encode()
        fast, pure = read(data, open_events=open_libyaml), read(data, open_events=open_pure)
        assert isinstance(fast, YamlText), fast
        assert isinstance(pure, YamlText), pure
        assert places(fast) == places(pure), data


def places(file: YamlText) -> list[list[Node]]:
    """All nodes but those whose place the parsers see differently: empty values, and collections, which end at them."""
    found: list[list[Node]] = []
    for document in file.documents:
        pending: list[Node] = [document.root]
        found.append([])
        while pending:
            node = pending.pop()
            if isinstance(node, Mapping | Sequence):
                pending += [*node.values, *(node.keys if isinstance(node, Mapping) else ())]
            elif isinstance(node, Alias) or node.start < node.end:
                found[-1].append(node)
    return found


def test_values_in_supported_styles_are_edited() -> None:
    counts: Counter[str] = Counter()
    for seed in range(300):
        check_edit(random.Random(seed), TEXTS, counts)
    assert report(counts) >= 0.99


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("texts", [TEXTS, HOSTILE], ids=["versions", "hostile"])
def test_twenty_thousand_generated_files_are_edited_exactly(part: int, texts: list[str]) -> None:
    counts: Counter[str] = Counter()
    for seed in range(1000):
        check_edit(random.Random(1_000_000 + 1000 * part + seed), texts, counts)
    share = report(counts)
    assert texts is HOSTILE or share >= 0.99
