"""Edits inside block scalars: the splice lies in the file, and the proof sees every byte that it should not touch."""

import pytest
from kustomize.small_trees import VERSION, app, applier, only, release, told

from bot.kustomize.decisions import Decision
from bot.kustomize.nested_edit import plan, prove_edits
from bot.kustomize.nested_places import NestedPlace
from bot.model.places import Place
from bot.yamltext.nodes import YamlText
from bot.yamltext.reading import read
from bot.yamltext.splices import Splice, apply

_PATH = "app/kustomization.yaml"
_BLOCK = """\
resources: [release.yaml] # 2.0.0
patches:
- target: {kind: HelmRelease}
  patch: |  # version 2.0.0
      # 2.0.0 in a comment

      - op: replace
        path: /spec/chart/spec/version
        value:   "2.0.0"   # 2.0.0
      - {op: add, path: /spec/other, value: 2.0.0}
- {path: more.yaml, target: {name: none}}
"""


def _place(text: str) -> tuple[YamlText, Place]:
    found = only({**app(), _PATH: text, "app/more.yaml": "[]"}).field(*VERSION)
    assert isinstance(found, Decision)
    assert isinstance(found.place, Place), found
    file = read(text.encode())
    assert isinstance(file, YamlText)
    return file, found.place


def _edit(text: str, version: str = "2.1.0") -> str:
    file, place = _place(text)
    splice = plan(file, place, version)
    assert isinstance(splice, Splice), splice
    after = apply(file.data, [splice])
    assert prove_edits(file, after, [(place, version)]) is None
    return after.decode()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("header", ["|", "|-", "|+", "|4", "|2-"])
def test_only_the_value_in_the_block_changes(header: str, ending: str) -> None:
    body = _BLOCK.replace("patch: |", f"patch: {header}")
    if "2" in header:
        body = body.replace("\n      ", "\n    ")
    text = body.replace("\n", ending)

    assert _edit(text) == text.replace('"2.0.0"', '"2.1.0"')


def test_the_place_has_the_line_the_column_and_the_bytes_of_the_file() -> None:
    file, place = _place(_BLOCK)

    assert (place.line, place.column) == (9, 18)
    assert file.data[place.start : place.end] == b'"2.0.0"'


def test_signs_of_several_bytes_before_the_value_do_not_move_it() -> None:
    text = _BLOCK.replace("in a comment", "in a comment: ä€😀").replace("resources:", "# ä€😀\nresources:")

    assert _edit(text) == text.replace('"2.0.0"', '"2.1.0"')


def test_an_edit_that_touches_another_line_of_the_block_is_seen() -> None:
    file, place = _place(_BLOCK)
    after = _BLOCK.replace('"2.0.0"', '"2.1.0"').replace("value: 2.0.0}", "value: 2.1.0}")

    assert prove_edits(file, after.encode(), [(place, "2.1.0")]) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# 2.0.0 in a comment", "# 2.1.0 in a comment"),
        ("patch: |  #", "patch: |+ #"),
        ("      # 2.0.0 in", "       # 2.0.0 in"),
        ("\n\n      - op", "\n  \n      - op"),
        ("[release.yaml]", "[release.yml]"),
    ],
)
def test_any_other_byte_that_changes_is_seen(old: str, new: str) -> None:
    file, place = _place(_BLOCK)
    after = _BLOCK.replace('"2.0.0"', '"2.1.0"').replace(old, new, 1)

    assert prove_edits(file, after.encode(), [(place, "2.1.0")]) is not None


def test_a_file_that_is_not_what_it_was_is_not_edited() -> None:
    _, place = _place(_BLOCK)
    other = read(_BLOCK.replace('"2.0.0"', '"2.0.1"').encode())
    assert isinstance(other, YamlText)

    assert not isinstance(plan(other, place, "2.1.0"), Splice)


def test_a_block_that_an_alias_repeats_is_not_edited() -> None:
    text = _BLOCK.replace("patch: |", "patch: &block |") + "- {target: {name: none}, patch: *block}\n"
    file, place = _place(text)

    assert not isinstance(plan(file, place, "2.1.0"), Splice)


def test_a_default_and_the_text_around_it_stay() -> None:
    version = "v${V:=1.0.0}"
    files = {"app/release.yaml": release(version=version)}
    files["clusters/apps.yaml"] = applier("./app", spec="postBuild: {substitute: {W: x}}")
    found = only(dict(files)).field(*VERSION)
    file = read(files["app/release.yaml"].encode())
    assert isinstance(found, Decision)
    assert isinstance(found.place, NestedPlace)
    assert isinstance(file, YamlText)

    splice = plan(file, found.place, "v1.1.0")

    assert told(found).startswith("v1.0.0 at")
    assert isinstance(splice, Splice)
    assert apply(file.data, [splice]).decode() == files["app/release.yaml"].replace(":=1.0.0", ":=1.1.0")
    assert not isinstance(plan(file, found.place, "1.1.0"), Splice)
