import pytest
from doubles.versions import parse_loose

from bot.versions.constraint import Constraint, Fault, InvalidConstraint


def takes(constraint: str, version: str) -> bool:
    return Constraint.parse(constraint).check(parse_loose(version))


MEANINGS = [
    # (constraint, taken, refused): section "Meaning" of Masterminds' operators, wildcards and prereleases
    ("1.2.3", "1.2.3 v1.2.3 1.2.3+b", "1.2.4 1.2.3-rc"),
    ("=1.2.3", "1.2.3", "1.2.2"),
    ("1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"),
    ("1", "1.0.0 1.99.0", "0.9.0 2.0.0"),
    ("1.*.3", "1.9.0", "2.0.0"),  # the first wildcard discards what follows
    ("x.1.2", "0.0.0 99.0.0", "1.0.0-rc"),
    ("*", "0.0.0 5.1.2", "5.1.2-rc"),
    ("!=1.2.3", "1.2.4 0.1.0", "1.2.3 1.2.3+b"),
    ("!=1.2", "1.3.0 1.1.0", "1.2.0 1.2.7"),
    ("!=1.2.x-rc", "1.2.7 1.2.7-beta", "1.2.0-rc 1.2.7-rc"),  # same minor: only prerelease texts that are equal
    ("!=1", "0.9.0 2.0.0", "1.0.0 1.7.7"),
    ("!=*", "0.0.1 1.0.0", "0.0.0"),
    (">1.2.3", "1.2.4", "1.2.3"),
    (">1.2", "1.3.0", "1.2.9"),
    (">1", "2.0.0", "1.99.0"),
    (">1-0", "2.0.0-alpha 2.0.0", "1.99.0"),  # "2.0.0-alpha too once prereleases are admitted"
    (">*", "0.0.1", "0.0.0"),
    (">=1.2.3", "1.2.3 9.0.0", "1.2.2"),
    ("=>1.2", "1.2.0", "1.1.9"),
    ("<1.2.3", "1.2.2", "1.2.3"),
    ("<1.2", "1.1.9", "1.2.0"),
    ("<*", "", "0.0.0 1.0.0"),
    ("<=1.2.3", "1.2.3", "1.2.4"),
    ("=<1.2", "1.2.99 0.1.0", "1.3.0"),
    ("<=1", "1.99.0 0.1.0", "2.0.0"),
    ("<=*", "0.0.0 0.0.9", "0.1.0 1.0.0"),  # only 0.0.*
    ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0 2.2.3"),
    ("~1.2", "1.2.0 1.2.9", "1.3.0"),
    ("~1", "1.0.0 1.9.0", "2.0.0 0.9.0"),
    ("~>1.2.3", "1.2.9", "1.3.0"),
    ("~*", "7.0.0", "7.0.0-a"),
    ("~0.0.0", "0.0.0 0.1.0 7.0.0", ""),  # "also ~0.0.0 = any"
    ("~0.0", "0.0.7", "0.1.0"),
    ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
    ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
    ("^0.0.3", "0.0.3", "0.0.4 0.0.2 0.1.0"),
    ("^1.2", "1.2.0 1.9.0", "2.0.0"),
    ("^0.2", "0.2.9", "0.3.0"),
    ("^0.0", "0.0.9", "0.1.0"),
    ("^0", "0.9.0", "1.0.0"),
    ("^*", "0.0.0", "0.0.1 0.1.0 1.0.0"),  # "only 0.0.0 (despite the comment saying any)"
    ("1.0 - 1.2", "1.0.0 1.2.9", "0.9.9 1.3.0"),
    ("1 - 1.2.3", "1.0.0 1.2.3", "1.2.4"),
    ("1 - 20,11 - 20", "11.0.0 20.9.0", "5.0.0 21.0.0"),  # "1 - 20" stands in "11 - 20" too and is rewritten once
    ("1||2 - 3", "9.0.0", "0.5.0"),  # rewritten before groups are told apart: `>= 1||2, <= 3`
    ("1.1-3", "1.1.5 1.1.0 1.1.0-3 1.1.0-4", "1.1.0-2 2.0.0"),  # no blanks: version 1.1 with prerelease 3
    ("1.2.3+b1", "1.2.3 1.2.3+zz", "1.2.4"),
    (">=1.0.0, <2.0.0", "1.5.0", "2.0.0"),
    (">=1.0.0 <2.0.0", "1.5.0", "0.9.0"),
    ("1.x || >=3 !=3.1.0", "1.5.0 3.0.0", "2.0.0 3.1.0"),
    # "A prerelease version can match only if the AND-group contains at least one term with a prerelease part"
    (">=1.0.0", "2.0.0", "2.0.0-alpha"),
    (">=1.0.0-0", "2.0.0-alpha 1.0.0-0", "0.9.0"),
    (">=1.0.0 <2.0.0-0", "1.2.0-rc.1", "2.0.0-alpha"),
    ("<2.0.0 >=1.0.0-0", "2.0.0-alpha", "2.0.0"),
    ("<1.0.0-0 || >=2.0.0", "0.5.0-rc 2.0.0", "2.1.0-rc"),  # per OR group
    ("*-0", "1.0.0-rc 1.0.0", ""),
    ("1.x-0", "1.5.0-rc", "2.0.0"),
    (">= 1.2.x-0", "1.2.0-rc 3.0.0", "1.1.0"),
    ("^1.2.0-0", "1.2.0-rc 1.3.0-rc", "2.0.0"),
    # every blank of Go's \s, around and between
    ("\t>=\n1.0.0\f,\r<2.0.0 ", "1.5.0", "2.0.0"),
]


@pytest.mark.parametrize(("constraint", "taken", "refused"), MEANINGS)
def test_a_constraint_means_what_it_means_to_masterminds(constraint: str, taken: str, refused: str) -> None:
    assert [version for version in taken.split() if not takes(constraint, version)] == []
    assert [version for version in refused.split() if takes(constraint, version)] == []


@pytest.mark.parametrize(
    ("text", "fault", "offset"),
    [
        # Upstream: empty string, empty group, trailing comma, ==, <>, no separator, capital V, a 4th number, _.
        ("", Fault.IMPROPER, 0),
        ("   ", Fault.IMPROPER, 0),
        ("|| 1", Fault.IMPROPER, 0),
        ("1 ||", Fault.IMPROPER, 4),
        ("1.0.0,", Fault.IMPROPER, 6),
        ("==1.0.0", Fault.IMPROPER, 0),
        ("<>1.0.0", Fault.IMPROPER, 0),
        (">=1.0.0<2.0.0", Fault.IMPROPER, 7),
        ("1.0 V2", Fault.IMPROPER, 4),
        ("1.2.3.4", Fault.IMPROPER, 5),
        ("1.2.3_b", Fault.IMPROPER, 5),
        ("latest", Fault.IMPROPER, 0),
        # "VT and NBSP are errors"
        ("1.0.0\v>0", Fault.IMPROPER, 5),
        (">\u00a01.0.0", Fault.IMPROPER, 0),
        ("1.0.0\n,\n", Fault.IMPROPER, 7),
        # ">=1.0 - 2.0 turns into garbage and errors"; the rewritten text has no offsets of ours
        (">=1.0 - 2.0", Fault.IMPROPER, None),
        # "mixed ones, overlong numbers, and prereleases like 1.2.3-01"
        ("1x", Fault.UNUSABLE_VERSION, 0),
        (">=2, 1|2", Fault.UNUSABLE_VERSION, 5),
        ("1 || 18446744073709551616", Fault.UNUSABLE_VERSION, 5),
        ("1.2.3-01", Fault.UNUSABLE_VERSION, 0),
        # "constraint text > 512 bytes; more than 32 || groups"; bytes, before trimming
        (" " * 512 + "1", Fault.TOO_LONG, None),
        ("é" * 257, Fault.TOO_LONG, None),
        ("\ud800" * 171, Fault.TOO_LONG, None),
        ("||".join("1" * 33), Fault.TOO_MANY_GROUPS, None),
    ],
)
def test_what_masterminds_refuses_is_refused_with_a_place(text: str, fault: Fault, offset: int | None) -> None:
    with pytest.raises(InvalidConstraint) as caught:
        Constraint.parse(text)
    assert (caught.value.fault, caught.value.offset) == (fault, offset)


@pytest.mark.parametrize("text", [" " * 511 + "1", "||".join("1" * 32)])
def test_the_limits_themselves_are_allowed(text: str) -> None:
    assert Constraint.parse(text).check(parse_loose("1.0.0"))


def test_the_text_is_kept_as_written() -> None:
    assert str(Constraint.parse(" >= 1.2 , <2")) == " >= 1.2 , <2"


def test_a_hostile_constraint_is_quoted_escaped_and_capped() -> None:
    with pytest.raises(InvalidConstraint) as caught:
        Constraint.parse("1\n::error::\x1b\u202e" + "x" * 300)
    message = str(caught.value)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize(
    "unit", [" ", "1", "1.", "-", "1-", "1 - ", "x", "1 ", ",", "|", "a-", "+1", "1-a.", ".\t", "> "]
)
def test_no_repetition_of_anything_makes_reading_long(unit: str) -> None:
    # Would end in the timeout if a pattern gave characters back; 512 bytes are too few for anything linear to be felt.
    texts = (unit * 512, unit * 512 + "1 - 2", "1 - " + unit * 512, "1.2.3-" + unit * 512)
    known = {is_constraint(text[:length]) for text in texts for length in (511, 512)}

    assert known == {unit == "1 "}, "numbers with blanks between them are a constraint, nothing else here is one"


def is_constraint(text: str) -> bool:
    try:
        Constraint.parse(text)
    except InvalidConstraint:
        return False
    return True
