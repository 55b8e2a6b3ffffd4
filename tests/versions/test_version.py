import pytest
from doubles.versions import parse_loose

from bot.versions.constraint import Constraint
from bot.versions.version import Version, try_flux, try_full, try_loose, try_strict


def text_of(version: Version | None) -> str | None:
    return None if version is None else str(version)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # Upstream: optional lower-case v; 1-3 numeric parts, leading zeros allowed.
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("V1.2.3", None),
        ("1", "1.0.0"),
        ("v1.2", "1.2.0"),
        ("01.02.03", "1.2.3"),
        # Upstream: optional -pre, optional +meta, each dot-separated identifiers of [0-9A-Za-z-], none empty.
        ("1.2-rc.1+b", "1.2.0-rc.1+b"),
        ("1+a.b.c", "1.0.0+a.b.c"),
        ("1.2.3-", None),
        ("1.2.3-a..b", None),
        ("1.2.3+", None),
        ("1.2.3-a_b", None),
        # Upstream: purely numeric prerelease ids must not start with 0 (unless 0).
        ("1.2.3-0", "1.2.3-0"),
        ("1.2.3-01", None),
        ("1.2.3-0a", "1.2.3-0a"),
        ("1.2.3+01", "1.2.3+01"),
        # Upstream: numbers must fit uint64.
        ("18446744073709551615.0.0", "18446744073709551615.0.0"),
        ("18446744073709551616.0.0", None),
        ("0.0.18446744073709551616", None),
        # Upstream: Whole string must match: no surrounding blanks or newline, no _, no 4th number.
        (" 1.2.3", None),
        ("1.2.3\n", None),
        ("1.2.3.4", None),
        ("1.2.x", None),
        ("", None),
        ("٣.2.1", None),
        # Upstream: Version text > 256 bytes -> error.
        ("1.2.3-" + "a" * 250, "1.2.3-" + "a" * 250),
        ("1.2.3-" + "a" * 251, None),
    ],
)
def test_the_loose_form_is_read_as_masterminds_reads_it(text: str, canonical: str | None) -> None:
    assert text_of(try_loose(text)) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # Upstream: exactly three parts, no v, no leading zeros.
        ("1.2.3", "1.2.3"),
        ("1.2.3-rc.1+b.01", "1.2.3-rc.1+b.01"),
        ("v1.2.3", None),
        ("1.2", None),
        ("1.2.3.4", None),
        ("01.2.3", None),
        ("1.2-rc.1", None),
        ("1.2.3-01", None),
        # limits that python-semver does not have
        ("18446744073709551616.0.0", None),
        ("1.2.3-" + "a" * 251, None),
        ("1.2.3\n", None),
        ("٣.2.1", None),
    ],
)
def test_the_strict_form_is_read_as_masterminds_reads_it(text: str, canonical: str | None) -> None:
    assert text_of(try_strict(text)) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # The table of ParseVersion: "split on . into at most 3 parts and require exactly 3, then loose"
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("2025.02.03-rc.1", "2025.2.3-rc.1"),
        ("1.2", None),
        ("1", None),
        ("latest", None),
        ("1.2.x", None),
        ("1.2-rc.1", "1.2.0-rc.1"),
        ("1-rc.1.2", "1.0.0-rc.1.2"),
        ("1+a.b.c", "1.0.0+a.b.c"),
        ("1.2.3_b1", None),
    ],
)
def test_flux_asks_for_two_dots_before_the_loose_form(text: str, canonical: str | None) -> None:
    assert text_of(try_flux(text)) == canonical


RISING = [
    "0.0.0-0",
    "0.0.0",
    "1.0.0-0",
    "1.0.0-1",
    "1.0.0-10",
    "1.0.0-18446744073709551615",
    "1.0.0--",
    "1.0.0-100000000000000000000",  # over 64 bits, so text: after every number, before "9…" although it is larger
    "1.0.0-99999999999999999999",
    "1.0.0-RC",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.0",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-rc",
    "1.0.0",
    "1.0.1-a",
    "1.2.0",
    "1.10.0",
    "18446744073709551615.0.0",
]


def test_precedence_is_that_of_masterminds() -> None:
    assert [version.original for version in sorted(map(parse_loose, reversed(RISING)))] == RISING


@pytest.mark.parametrize(("one", "other"), [("1.2.3", "v1.2.3"), ("1.2.3+a", "1.2.3+b"), ("01.2.3", "1.2.3")])
def test_build_metadata_and_spelling_make_no_difference(one: str, other: str) -> None:
    first, second = parse_loose(one), parse_loose(other)
    assert first == second
    assert hash(first) == hash(second)
    assert first <= second
    assert first >= second
    assert not first < second
    assert not first > second


def test_a_version_is_not_equal_to_its_text() -> None:
    assert parse_loose("1.2.3") != "1.2.3"


def test_the_original_spelling_is_kept() -> None:
    version = parse_loose("v01.2-rc.1+b")
    assert (version.original, version.major, version.minor, version.patch) == ("v01.2-rc.1+b", 1, 2, 0)
    assert (version.prerelease, version.metadata) == ("rc.1", "b")
    assert version.without_metadata == "1.2.0-rc.1"


@pytest.mark.parametrize("text", ["1.2.3", "v1.2.3", "01.2.3", "1.2.3-rc.1", "1.2.3+a.b"])
def test_three_written_numbers_are_one_version_to_a_constraint_too(text: str) -> None:
    version = try_full(text)

    assert version is not None
    assert Constraint.parse(text).check(version)
    assert not Constraint.parse(text).check(parse_loose("1.2.4"))


@pytest.mark.parametrize(
    "text", ["1.2", "1", "1.2-rc.1", "1-rc.1.2", "1+a.b.c", "1.2.x", "=1.2.3", "1.2.3 ", "latest", ""]
)
def test_what_a_constraint_takes_as_a_range_is_no_full_version(text: str) -> None:
    assert try_full(text) is None


def test_versions_of_one_precedence_are_equal_by_either_operator() -> None:
    plain, built, later = map(parse_loose, ("1.0.0", "v1.0+build", "1.0.1"))
    assert plain == built
    assert not plain != built  # noqa: SIM202 - the other operator is what this is about
    assert plain != later
    assert plain != "1.0.0"
    assert hash(plain) == hash(built)
