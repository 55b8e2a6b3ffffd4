"""Whether a version is the same bytes everywhere."""

import pytest
from builders import digest, source

from bot.promotion.witnesses import Witness, disagreement

HERE, THERE = source("ghcr.io/x/podinfo").address, source("mirror.example/podinfo").address
A, B, C = (digest(sign) for sign in "abc")


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
