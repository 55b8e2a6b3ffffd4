"""Which plain texts are strings for every reader; ruamel.yaml's own resolvers of both versions are the judges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.nodes import ScalarNode  # noqa: TID251  (an independent judge of what a plain text means)
from ruamel.yaml.resolver import VersionedResolver  # noqa: TID251  (as above)

from bot.yamltext.strings import may_stand_plain, reads_as_string

NOT_STRINGS = """
1.10 1 5 -5 +5 0 007 08 0x1 0xFF 0o14 0b101 1_000 1_000.5 1e3 1E3 1.5e-7 .5 5. +.5 12e03 12:30 12:30:45 190:20:30.15
2024-01-01 2024-1-1 2024-01-01T10:00:00Z true True TRUE false yes Yes no NO on off y N null Null NULL ~ .inf -.INF .NaN
= <<
"""

STRINGS = """
1.2.3 v1.2 1.x 1.2.x x v1 1.2.3-rc.1 1.2.3+build.5 6.5.4 sha256:0a1b 1.2.3_4 ~1.2 ^1.2 1e 0x 0xg 1.2e 24.04.1 2024.1.1
2024-01 20240101a latest main- true1 nullable yes-no 1.0.0-1e3 nan inf 1:75a :1
"""


@pytest.mark.parametrize("text", ["", *NOT_STRINGS.split(), "2024-01-01 10:00:00"])
def test_what_some_reader_takes_for_something_else_is_no_string(text: str) -> None:
    assert not reads_as_string(text)
    assert not may_stand_plain(text)


@pytest.mark.parametrize("text", STRINGS.split())
def test_versions_tags_and_digests_are_strings(text: str) -> None:
    assert reads_as_string(text)


@pytest.mark.parametrize(
    "text", ["1.2.3", "v1.2.3-rc.1+b", "sha256:0a", "oci://h:5000/a/b", "1.x || 2.x", "~1.2", "^1"]
)
def test_common_texts_stay_plain(text: str) -> None:
    assert may_stand_plain(text)


@pytest.mark.parametrize(
    "text",
    ["a: b", "a:", "a #b", "a#b", ">=1.0", "*", "&a", "!a", "- a", "-", "?", "a, b", "[a]", "{a}", "a}", "'a", '"a'],
)
def test_signs_that_mean_something_anywhere_are_not_left_plain(text: str) -> None:
    assert not may_stand_plain(text)


@pytest.mark.parametrize(
    "text",
    [" a", "a ", "a  b", "\ta", "---", "...", "%a", "@a", "`a", "|", ">", "é", "<<", "a\0", "a\nb", "a\r", "a\x85"],
)
def test_blanks_at_the_ends_and_indicators_in_front_are_not_left_plain(text: str) -> None:
    assert not may_stand_plain(text)


class _Resolver(VersionedResolver):
    def __init__(self, version: tuple[int, int]) -> None:
        super().__init__(version)
        self._judged_version = version

    @property
    def processing_version(self) -> tuple[int, int]:
        return self._judged_version


RESOLVERS = [_Resolver((1, 1)), _Resolver((1, 2))]


@given(
    st.text("0123456789._+-:exobEnNaAfFtTrRuUyYsSlL~=<", max_size=9)
    | st.from_regex(r"[0-9]{1,4}([.:_e-][0-9]{0,3}){0,3}")
)
def test_no_resolver_gives_a_plain_text_of_ours_another_meaning(text: str) -> None:
    if may_stand_plain(text):
        tags = {str(resolver.resolve(ScalarNode, text, (True, False))) for resolver in RESOLVERS}
        assert tags == {"tag:yaml.org,2002:str"}
