"""Which policy a marker means, joined with its repository: all that is needed to do without a cluster.

Source: https://github.com/fluxcd/image-reflector-controller/blob/v1.2.0/api/v1/imagepolicy_types.go
"""

from collections.abc import Iterable

from bot.flux.nearest import AppliedFrom, Entry, Level, Nearest
from bot.flux.objects import AnyObject, ImagePolicy, ImageRepository, Marked, SourceRef
from bot.imagepolicies.filters import SIGNATURES
from bot.model.charts import ChartAddress
from bot.model.image_policies import DigestReflection, FollowedPolicy, Marker, MarkerPart
from bot.reason import Reason
from bot.reasons import LEFT_TO_FLUX, POLICY_SUSPENDED, POLICY_UNKNOWN, POLICY_UNUSABLE

_MOST_CANDIDATES_SHOWN = 5


class ImagePolicies:
    """The image policies of a tree.

    Args:
        objects: Everything that the tree says.
        applied_from: What decides between several of a name.
        apply: Whether policies are applied at all; if not, what they write is left to Flux.
    """

    def __init__(self, objects: Iterable[AnyObject], applied_from: AppliedFrom, *, apply: bool) -> None:
        self._apply = apply
        self._policies: Nearest[ImagePolicy] = Nearest(applied_from)
        self._repositories: Nearest[ImageRepository] = Nearest(applied_from)
        for each in objects if apply else ():
            match each:
                case ImagePolicy():
                    meaning = (each.repository, each.spec, each.head.suspended)
                    self._policies.add(Entry(head=each.head, meaning=meaning, value=each))
                case ImageRepository():
                    meant = (each.image, each.exclusions, each.head.suspended)
                    self._repositories.add(Entry(head=each.head, meaning=meant, value=each))
                case _:
                    pass

    def followed(self, path: str, marked: Marked, chart: ChartAddress) -> FollowedPolicy | Reason:
        """The policy that writes a version, or why it is not written here.

        Args:
            path: The file that names the policy.
            marked: The markers behind the version and the digest beside it.
            chart: The chart; a policy of another repository says nothing about it.
        """
        marker = marked.version or marked.digest
        if not self._apply or marker is None:
            return LEFT_TO_FLUX()
        if problem := _misplaced(marked):
            return POLICY_UNUSABLE(policy=marker, problem=problem)
        found = self._policy(path, marker)
        if isinstance(found, Reason):
            return found
        if found.image != chart:
            return POLICY_UNUSABLE(policy=marker, problem=f"it is about {found.image}, and the chart is {chart}")
        if marked.digest and found.spec.digests is DigestReflection.NEVER:
            problem = "it reflects no digest, and would leave an empty one here"
            return POLICY_UNUSABLE(policy=marker, problem=problem)
        return found

    def _policy(self, path: str, marker: Marker) -> FollowedPolicy | Reason:
        wanted = SourceRef(kind="ImagePolicy", name=marker.policy, namespace=marker.namespace)
        level = self._policies.find(path, wanted)
        if problem := _ambiguous(level):
            return POLICY_UNKNOWN(policy=marker, problem=problem)
        policy = level.entries[0].value
        if policy.head.suspended:
            return POLICY_SUSPENDED(what=policy.head.object)
        if isinstance(policy.spec, str):
            return POLICY_UNUSABLE(policy=marker, problem=policy.spec)
        return self._joined(marker, policy)

    def _joined(self, marker: Marker, policy: ImagePolicy) -> FollowedPolicy | Reason:
        wanted = policy.repository
        if wanted is None or isinstance(policy.spec, str):
            return POLICY_UNUSABLE(policy=marker, problem="it names no ImageRepository")
        if not wanted.namespace:
            wanted = SourceRef(kind=wanted.kind, name=wanted.name, namespace=marker.namespace)
        level = self._repositories.find(policy.head.path, wanted)
        if problem := _ambiguous(level):
            return POLICY_UNKNOWN(policy=f"{marker}, whose ImageRepository {wanted.name}", problem=problem)
        repository = level.entries[0].value
        if repository.head.suspended:
            return POLICY_SUSPENDED(what=repository.head.object)
        if isinstance(repository.image, Reason):
            return POLICY_UNUSABLE(policy=marker, problem=repository.image.sentence)
        if isinstance(repository.exclusions, str):
            return POLICY_UNUSABLE(policy=marker, problem=repository.exclusions)
        return FollowedPolicy(
            name=str(marker),
            image=repository.image,
            spec=policy.spec,
            exclusions=repository.exclusions or SIGNATURES,
        )


def _misplaced(marked: Marked) -> str:
    """Why markers would write something else than a version and its digest."""
    version, digest = marked.version, marked.digest
    if version and version.part is not MarkerPart.TAG:
        return f"its marker writes the {version.part or 'whole reference'} where a version stands"
    if digest and digest.part is not MarkerPart.DIGEST:
        return f"its marker writes the {digest.part or 'whole reference'} where a digest stands"
    if marked.both and (version is None or digest is None):
        return "of the version and the digest beside it only one has a marker"
    if version and digest and (version.namespace, version.policy) != (digest.namespace, digest.policy):
        return "the version and the digest beside it have markers of two policies"
    if marked.bare:
        return "its value goes through a template without `| quote`, which makes a number of some tags"
    return "a `semverFilter` stands beside the version" if marked.filtered else ""


def _ambiguous(level: Level[ImagePolicy] | Level[ImageRepository]) -> str:
    if not level.entries:
        return "is not in this tree"
    if level.of_one_meaning:
        return ""
    places = sorted(f"{entry.head.path}:{entry.head.line}" for entry in level.entries)
    return f"could be any of these: {', '.join(places[:_MOST_CANDIDATES_SHOWN])}"
