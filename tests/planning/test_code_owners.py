import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.planning.code_owners import LARGEST, CodeOwners

# The example of GitHub's documentation, comments shortened.
DOCUMENTED = b"""\
# Lines starting with '#' are comments.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
/apps/github/legal @doctocat
"""


def owners(text: str | bytes, path: str) -> tuple[str, ...]:
    return CodeOwners.parse(text.encode() if isinstance(text, str) else text).owners_of(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", ("@global-owner1", "@global-owner2")),
        ("src/deep/a.js", ("@js-owner",)),
        ("a.go", ("docs@example.com",)),
        ("x/notes.txt", ("@octo-org/octocats",)),
        ("build/logs/today/1", ("@octocat",)),
        ("docs/getting-started.md", ("@doctocat",)),
        ("docs/build-app/troubleshooting.md", ("@doctocat",)),
        ("scripts/a", ("@doctocat", "@octocat")),
        ("deeply/nested/logs/x", ("@octocat",)),
        ("other/apps/x.js", ("@octocat",)),
        ("apps/a/b", ("@octocat",)),
        ("apps/github", ()),
        ("apps/github/x", ()),
        ("apps/github/legal", ("@doctocat",)),
    ],
)
def test_the_example_of_the_documentation(path: str, expected: tuple[str, ...]) -> None:
    assert owners(DOCUMENTED, path) == expected


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        pytest.param("docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"], id="the files of a folder alone"),
        pytest.param("*", ["a", "a/b/c"], [], id="everything"),
        pytest.param("/*", ["a"], ["a/b"], id="files at the top"),
        pytest.param("apps/", ["apps/a", "x/apps/y/z"], ["apps", "myapps/a"], id="a folder anywhere"),
        pytest.param("/apps/", ["apps/a"], ["x/apps/a"], id="a folder at the top"),
        pytest.param("/apps", ["apps", "apps/a/b"], ["x/apps", "apps2"], id="a file or a folder"),
        pytest.param("a/b", ["a/b", "a/b/c"], ["x/a/b"], id="a slash in the middle anchors"),
        pytest.param("**/b", ["b", "a/b", "a/b/c"], ["ab"], id="any folders before"),
        pytest.param("a/**", ["a/b", "a/b/c"], ["a", "b/a"], id="everything below"),
        pytest.param("a/**/b", ["a/b", "a/x/y/b"], ["b", "a/xb"], id="any folders between"),
        pytest.param("/a/*/b", ["a/x/b", "a/x/b/c"], ["a/x/y/b"], id="one folder between"),
        pytest.param("a**b", ["ab", "axb", "x/axxb"], ["a/b"], id="two stars within a name are one"),
        pytest.param("hr?.yaml", ["hr1.yaml"], ["hr.yaml", "hr/.yaml"], id="one sign"),
        pytest.param("README.md", ["README.md", "x/README.md"], ["readme.md", "READMEXmd"], id="case and dots count"),
        pytest.param(r"my\ file.md", ["my file.md"], ["my", "file.md"], id="an escaped blank"),
    ],
)
def test_a_pattern_fits(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert {path: owners(f"{pattern} @me", path) for path in [*fits, *fits_not]} == (
        dict.fromkeys(fits, ("@me",)) | dict.fromkeys(fits_not, ())
    )


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("!*.js @you", id="negation"),
        pytest.param("*.[jt]s @you", id="a range"),
        pytest.param(r"\#a.js @you", id="an escaped comment"),
        pytest.param("[Section] @you", id="GitLab's section"),
        pytest.param("^[Optional][2] @you", id="GitLab's optional section"),
        pytest.param("*.js you", id="an owner without @"),
        pytest.param("*.js @you @", id="an owner without a name"),
        pytest.param("*.js @a/b/c", id="a team in a team"),
        pytest.param("a//b.js @you", id="an empty segment"),
        pytest.param("/ @you", id="a slash"),
        pytest.param("# *.js @you", id="a comment"),
        pytest.param("   ", id="blanks"),
    ],
)
def test_a_line_that_github_would_skip_is_skipped(line: str) -> None:
    assert {owners(f"* @me\n{line}\n", path) for path in ("a.js", "#a.js", "a/b.js", "ts")} == {("@me",)}


def test_the_last_line_that_matches_wins_also_one_without_owners() -> None:
    assert owners("* @a\n*.md @b\n", "x.md") == ("@b",)
    assert owners("*.md @b\n* @a\n", "x.md") == ("@a",)
    assert owners("* @a\nx.md # nobody\n", "x.md") == ()


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_it() -> None:
    assert owners(b"\xef\xbb\xbf* @a\r\nb @b\r\n", "b") == ("@b",)
    assert owners(b"\xef\xbb\xbf* @a\r\nb @b\r\n", "a") == ("@a",)


def test_a_file_past_three_megabytes_owns_nothing() -> None:
    line = b"* @a\n"
    fitting = line + b"#" * (LARGEST - len(line))
    assert owners(fitting, "a") == ("@a",)
    assert owners(fitting + b"#", "a") == ()


_NAMES = st.sampled_from(["a", "b", "ab", "a.b"])
_SEGMENTS = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "?", "**", "a?b", "a.b"])
_PATTERNS = st.tuples(
    st.sampled_from(["", "/"]), st.lists(_SEGMENTS, min_size=1, max_size=3).map("/".join), st.sampled_from(["", "/"])
).map("".join)


_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@given(patterns=st.lists(_PATTERNS, max_size=8), path=_PATHS)
def test_of_several_lines_the_last_that_matches_alone_wins(patterns: list[str], path: str) -> None:
    lines = [f"{pattern} @owner-{number}" for number, pattern in enumerate(patterns)]
    matching = [found for line in lines if (found := owners(line, path))]
    assert owners("\n".join(lines), path) == (matching[-1] if matching else ())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ignoring")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


@settings(deadline=None)  # Git is a process, and this machine may be busy
@given(pattern=_PATTERNS, paths=st.lists(_PATHS, min_size=1))
def test_a_pattern_means_what_it_means_to_git(repository: Path, pattern: str, paths: list[str]) -> None:
    """But for a last `*`, which at GitHub stays within its folder."""
    if pattern.rpartition("/")[2] == "*" and "/" in pattern:
        return
    assert {path for path in paths if owners(f"{pattern} @me", path)} == _ignored(repository, pattern, paths)


def _ignored(repository: Path, pattern: str, paths: list[str]) -> set[str]:
    (repository / ".git" / "info" / "exclude").write_text(f"{pattern}\n")
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=repository,
        check=False,
        capture_output=True,
        encoding="utf-8",
        input="".join(f"{path}\n" for path in paths),
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stdout.split())
