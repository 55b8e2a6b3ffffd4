import pytest

from bot.imagepolicies.markers import marker_of
from bot.model.image_policies import Marker, MarkerPart


@pytest.mark.parametrize(
    ("comment", "part"),
    [
        ('{"$imagepolicy": "flux-system:app"}', MarkerPart.REFERENCE),
        ('{"$imagepolicy": "flux-system:app:tag"}', MarkerPart.TAG),
        ('{"$imagepolicy":"flux-system:app:name"}', MarkerPart.NAME),
        ('## {"other": "x", "$imagepolicy": "flux-system:app:digest"}', MarkerPart.DIGEST),
    ],
)
def test_a_marker_names_its_policy_and_a_part(comment: str, part: MarkerPart) -> None:
    assert marker_of(comment) == Marker(namespace="flux-system", policy="app", part=part)


@pytest.mark.parametrize(
    "comment",
    [
        '{"$imagepolicy": "a:b:tag"} x',
        '{"$imagepolicy": "a:b:c"}',
        '{"$imagepolicy": "a"}',
        '{"$imagepolicy": 1}',
        "$imagepolicy",
        "[" * 4000 + "$imagepolicy",
    ],
)
def test_any_other_comment_is_none(comment: str) -> None:
    assert marker_of(comment) is None
