import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.charts import ChartAddress
from bot.planning.path_patterns import ChartPatterns, PathPatterns, pattern_problem


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("apps/dev/**", "apps/dev/a.yaml", True),
        ("apps/dev/**", "apps/dev/x/y/a.yaml", True),
        ("apps/dev/**", "apps/develop/a.yaml", False),
        ("apps/dev/**", "apps/dev", False),
        ("ap*/**", "apps", False),
        ("ap*/**", "apps/a.yaml", True),
        ("**", "a.yaml", True),
        ("apps/*/dev.yaml", "apps/shop/dev.yaml", True),
        ("apps/*/dev.yaml", "apps/shop/x/dev.yaml", False),
        ("apps/**/dev.yaml", "apps/dev.yaml", True),
        ("apps/**/dev.yaml", "apps/a/b/dev.yaml", True),
        ("**/x/**/y.yaml", "a/x/b/x/c/y.yaml", True),
        ("apps/?/dev-*.y*ml", "apps/a/dev-1-2.yml", True),
        ("apps/?/dev-*.y*ml", "apps/ab/dev-1-2.yml", False),
        ("apps/*/a", "Apps/x/a", False),
        ("*.yaml", ".hidden.yaml", True),
    ],
)
def test_a_star_stays_in_its_folder_and_two_stars_cross_folders(pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    assert PathPatterns([pattern]).matches(path) is fits


def test_several_patterns_match_what_any_of_them_matches() -> None:
    patterns = PathPatterns(["apps/dev/**", "clusters/*/dev.yaml"])
    assert [patterns.matches(path) for path in ("apps/dev/a", "clusters/x/dev.yaml", "clusters/x/prod.yaml")] == [
        True,
        True,
        False,
    ]


def test_no_pattern_matches_no_path() -> None:
    assert not PathPatterns([]).matches("a.yaml")


def test_a_chart_pattern_is_held_against_the_canonical_address() -> None:
    patterns = ChartPatterns(["ghcr.io/stefanprodan/charts/*"])
    assert patterns.matches(ChartAddress(host="ghcr.io", name="stefanprodan/charts/podinfo"))
    assert not patterns.matches(ChartAddress(host="ghcr.io", name="stefanprodan/charts/sub/podinfo"))
    assert not patterns.matches(ChartAddress(host="evil.io", name="stefanprodan/charts/podinfo"))


def test_no_chart_pattern_matches_every_chart() -> None:
    assert ChartPatterns([]).matches(ChartAddress(host="ghcr.io", name="a/b"))


@pytest.mark.parametrize(
    "text", ["/a", "a/", "a//b", "a/../b", "./a", "a**", "a/b**/c", "a[b]", "a/{b,c}", "!a", "a\\b"]
)
def test_what_would_match_less_than_it_seems_is_a_problem(text: str) -> None:
    assert pattern_problem(text)


def test_stars_against_a_long_name_end_soon() -> None:
    # Exponential in a naive matcher: it would not come back.
    assert not PathPatterns(["*a" * 30 + "b"]).matches("a" * 2000)


_PART = st.text("ab*?", min_size=1, max_size=4).filter(lambda part: "**" not in part)
_PATTERN = st.lists(_PART | st.just("**"), min_size=1, max_size=4).map("/".join)
_PATH = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join)


@given(_PATTERN, _PATH)
def test_it_agrees_with_the_regular_expression_of_the_same_meaning(pattern: str, path: str) -> None:
    assert PathPatterns([pattern]).matches(path) is bool(re.fullmatch(_expression(pattern), path))


def _expression(pattern: str) -> str:
    signs = {"*": "[^/]*", "?": "[^/]"}
    parts = pattern.split("/")
    out = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            out += ".+" if last else "(?:[^/]+/)*"
        else:
            out += "".join(signs.get(sign, sign) for sign in part) + ("" if last else "/")
    return out
