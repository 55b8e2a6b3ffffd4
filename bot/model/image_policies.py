"""Flux's image policies, as manifests write them: which tag of a repository is the latest."""

from enum import StrEnum

from msgspec import Struct

from bot.model.charts import ChartAddress


class MarkerPart(StrEnum):
    """Which part of the latest image a marker asks for."""

    REFERENCE = ""
    """All of it: `name:tag`, with `@digest` where the policy reflects one."""
    TAG = "tag"
    NAME = "name"
    DIGEST = "digest"


class Marker(Struct, frozen=True, kw_only=True):
    """A `{"$imagepolicy": "<namespace>:<policy>:<part>"}` behind a value."""

    namespace: str
    policy: str
    part: MarkerPart

    def __str__(self) -> str:
        return f"{self.namespace}/{self.policy}"


class SemverPolicy(Struct, frozen=True, kw_only=True):
    """The highest version within a range."""

    range: str


class Order(StrEnum):
    """The order in which the last is the latest."""

    ASCENDING = "asc"
    DESCENDING = "desc"


class AlphabeticalPolicy(Struct, frozen=True, kw_only=True):
    """The last in the order of bytes."""

    order: Order


class NumericalPolicy(Struct, frozen=True, kw_only=True):
    """The last in the order of numbers; every tag must be one."""

    order: Order


PolicyChoice = SemverPolicy | AlphabeticalPolicy | NumericalPolicy


class TagFilter(Struct, frozen=True, kw_only=True):
    """Which tags a policy sees, and what of them it compares.

    Attributes:
        pattern: Of Go's regexp, foreign; found anywhere in the tag.
        extract: Go's template of what is compared instead of the tag (`$1`, `$name`, `${name}`); empty for the tag.
    """

    pattern: str
    extract: str = ""


class DigestReflection(StrEnum):
    """When a policy gives the digest of its latest tag."""

    NEVER = "Never"
    IF_NOT_PRESENT = "IfNotPresent"
    ALWAYS = "Always"


class PolicySpec(Struct, frozen=True, kw_only=True):
    """`spec` of an ImagePolicy.

    Attributes:
        choice: What is the latest.
        filter: None takes every tag.
        digests: Whether it gives a digest.
    """

    choice: PolicyChoice
    filter: TagFilter | None = None
    digests: DigestReflection = DigestReflection.NEVER


class FollowedPolicy(Struct, frozen=True, kw_only=True):
    """An ImagePolicy with the repository that it speaks of. https://fluxcd.io/flux/components/image/imagepolicies/.

    Attributes:
        name: `namespace/name`, for messages.
        image: The repository; the policy of another chart's repository says nothing about this one.
        exclusions: Patterns of tags that the ImageRepository leaves out.
    """

    name: str
    image: ChartAddress
    spec: PolicySpec
    exclusions: tuple[str, ...] = ()
