"""Which files Flux leaves out of the artifact of a repository."""

import pytest

from bot.flux.source_ignore import SourceIgnore

FILE = "apps/dev/a.yaml"


def left_out(path: str, **files: str) -> bool:
    """Whether a tree with these `.sourceignore` files, by folder, leaves a file out."""
    known = {f"{folder}/.sourceignore".removeprefix("root/"): text.encode() for folder, text in files.items()}
    return SourceIgnore.of(known).leaves_out(path) is not None


@pytest.mark.parametrize(
    "text",
    [
        "apps/dev/a.yaml",
        "/apps/dev/a.yaml",
        "a.yaml",
        "*.yaml",
        "dev",
        "dev/",
        "apps/",
        "/apps",
        "apps/**",
        "**/a.yaml",
        "**/dev/",
        "apps/*/a.yaml",
        "apps/d?v/",
        "/*",
        "apps/[a-e]ev",
        "apps/[^x]ev",
        "apps/\\dev",
        "apps/**/a.yaml",
        "# a word\r\n\r\na.yaml  \r\n",
        "!a.yaml\na.yaml",
    ],
)
def test_a_file_is_left_out_that_a_line_fits_or_a_folder_of_it(text: str) -> None:
    assert left_out(FILE, root=text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#a.yaml",
        "/a.yaml",
        "/dev",
        "a.yaml/",
        "apps/a.yaml",
        "apps/dev/a.yaml/",
        "b.yaml",
        "A.yaml",
        "apps/[d",
        "apps/[x-z]ev",
        "ap**/dev/a.yaml",
        "a.yaml\n!apps/dev/a.yaml",
        "/*\n!/apps",
        "dev/\n!a.yaml",
    ],
)
def test_another_is_not_nor_one_that_a_later_line_takes_back(text: str) -> None:
    assert not left_out(FILE, root=text)


def test_a_file_in_a_folder_speaks_of_what_lies_there_and_wins() -> None:
    assert left_out(FILE, apps="dev/a.yaml")
    assert not left_out(FILE, infra="dev/a.yaml\na.yaml")
    assert not left_out(FILE, root="*.yaml", apps="!/dev/a.yaml")


def test_what_a_source_says_wins_over_all_files() -> None:
    ignored = SourceIgnore.of({".sourceignore": b"a.yaml"})

    assert ignored.beside("!apps").leaves_out(FILE) is None
    assert ignored.beside("dev").leaves_out("apps/dev/b.yaml") is not None


@pytest.mark.parametrize("path", ["apps/dev/cloudbuild.yaml", ".github/a.yaml", "apps/.sops.yaml"])
def test_files_of_ci_are_left_out_without_a_word(path: str) -> None:
    assert left_out(path)


def test_a_hostile_pattern_takes_no_longer_than_another() -> None:
    assert not left_out(f"apps/{'a' * 200}.yaml", root="*a" * 100 + "b")
