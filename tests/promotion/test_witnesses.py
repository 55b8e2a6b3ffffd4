"""Whether a version is the same bytes everywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import digest, source

from bot.ledger.first_digests import FirstDigest
from bot.promotion.witnesses import Witness, disagreement, known_since

HERE, THERE = source("ghcr.io/x/podinfo").address, source("mirror.example/podinfo").address
A, B, C = (digest(sign) for sign in "abc")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "written", "expected"),
    [
        pytest.param(A, "", "", id="no digest is written"),
        pytest.param(A, A, "", id="all agree"),
        pytest.param(A, B, "tag-moved", id="pushed again since it was written"),
        pytest.param(B, B, "copy-differs", id="the copy is another"),
        pytest.param(B, "", "copy-differs", id="the copy is another, and none is written"),
        pytest.param(B, A, "tag-moved", id="pushed again there"),
        pytest.param(B, C, "tag-moved", id="three digests"),
    ],
)
def test_every_digest_has_to_be_that_of_productions_registry(found: str, written: str, expected: str) -> None:
    good = Witness(tier="canary", chart=HERE, found=A)
    one = Witness(tier="staging", chart=THERE, found=found, written=written)
    reason = disagreement("1.2.4", HERE, A, [good, one])
    assert (reason.id if reason else "") == expected
    for value in {found, written or found} - {A} if reason else ():
        assert value in str(reason)


@pytest.mark.parametrize(
    ("written", "seen", "expected"),
    [
        pytest.param("", A, "", id="what it was it is"),
        pytest.param("", B, "tag-pushed-again", id="it was another"),
        pytest.param(B, A, "tag-moved", id="what is written tells first"),
    ],
)
def test_a_tag_has_to_be_what_it_was_when_it_ran(written: str, seen: str, expected: str) -> None:
    first = FirstDigest(digest=seen, at=NOW)
    reason = disagreement("1.2.4", HERE, A, [Witness(tier="staging", chart=HERE, found=A, written=written, seen=first)])
    assert (reason.id if reason else "") == expected
    assert reason is None or {A, B} == {value for value in (A, B, C) if value in str(reason)}


def test_a_digest_is_known_since_the_last_of_the_tiers_knew_it_and_only_where_all_do() -> None:
    known = [
        Witness(tier="a", chart=HERE, found=A, seen=FirstDigest(digest=A, at=NOW + timedelta(days=day)))
        for day in (0, 2, 1)
    ]
    written, unknown = (Witness(tier="b", chart=HERE, found=A, written=text) for text in (A, ""))
    assert known_since([*known, written]) == NOW + timedelta(days=2)
    assert known_since([*known, unknown]) is None
    assert known_since([written]) is None
