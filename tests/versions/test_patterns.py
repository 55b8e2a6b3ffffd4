import re
import subprocess
import sys

import pytest

from bot.versions.patterns import InvalidPattern, Pattern
from bot.versions.tags import TagRule, see_tags


def test_a_pattern_that_would_hold_re_for_ages_is_answered() -> None:
    # 26 characters take `re` over 2 s, and six times more for every two: this is a matter of days, or of the timeout.
    pattern = Pattern.parse(r"^(([0-9A-Za-z])+.?)+\.final$")
    assert not pattern.found_in("a" * 126 + "!")
    assert see_tags(["a" * 128] * 1000, TagRule.OCI_REPOSITORY, pattern).versions == ()


@pytest.mark.parametrize(
    ("pattern", "text", "found", "found_by_re"),
    [
        # The end is the end: `$` of `re` also matches before a last newline.
        (r"^1\.2$", "1.2\n", False, True),
        # Digits are ASCII.
        (r"^\d$", "٣", False, True),
        (r"^[[:digit:]]$", "5", True, False),
    ],
)
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
def test_a_pattern_means_what_it_means_to_go(pattern: str, text: str, *, found: bool, found_by_re: bool) -> None:
    assert Pattern.parse(pattern).found_in(text) is found
    assert (re.search(pattern, text) is not None) is found_by_re


@pytest.mark.parametrize("text", ["(", r"(a)\1", "a(?=b)", r"a\Z", r"\C", r"a\Q\E\C", "(?P<é>a)", "\ud800", "a{1001}"])
def test_what_go_does_not_compile_is_a_typed_error(text: str) -> None:
    with pytest.raises(InvalidPattern) as caught:
        Pattern.parse(text)
    assert caught.value.text == text
    assert caught.value.problem


@pytest.mark.parametrize("text", [r"\\C", r"\Q\C\E", r"\Q\C", r"C\."])
def test_a_single_byte_class_is_found_only_where_it_is_one(text: str) -> None:
    assert Pattern.parse(text).text == text


def test_a_hostile_pattern_is_quoted_escaped_and_capped() -> None:
    with pytest.raises(InvalidPattern) as caught:
        Pattern.parse("(\n::error::\x1b\u202e" + "x" * 5000)
    message = str(caught.value)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 400


def test_a_text_with_a_lone_surrogate_is_no_match_and_no_crash() -> None:
    assert not Pattern.parse("^.$").found_in("\ud800")


def test_a_bad_pattern_is_not_logged_by_the_engine(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidPattern):
        Pattern.parse("(?P<n>::error::")
    assert capfd.readouterr() == ("", "")


def test_the_package_loads_neither_semver_nor_re2_before_they_are_needed() -> None:
    modules = "bot.versions.tags, bot.versions.follow, bot.versions.patterns"
    check = f"import sys, {modules}; sys.exit(bool({{'semver', 're2', '_re2'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
