"""Why a Kustomize build cannot be followed."""

from bot.reason import ReasonKind, Weight

BUILD_FAILS = ReasonKind(
    "build-fails",
    "{folder} cannot be built: {problem}",
    "Mend it; `kustomize build` and Flux stop here too",
    Weight.WARNING,
)
LEFT_OUT = ReasonKind(
    "left-out",
    "Flux leaves {path} out of its source by `{rule}`, so what it says runs nowhere and has not soaked",
    "Take it out of `.sourceignore`, or of `spec.ignore` of its source, if it is to run",
    Weight.WARNING,
)
NOT_FOLLOWED = ReasonKind(
    "not-followed",
    "{what}, which may change this value and is not followed",
    "Write the value where only patches, components and variables reach it",
)
NOT_IN_TREE = ReasonKind(
    "not-in-tree",
    "the Kustomization applies {folder} of {source}, which this tree does not hold",
    "Where that is packed from this repository, say under `sources` of the configuration of which folder",
    Weight.COUNTED,
)
KIND_UNKNOWN = ReasonKind(
    "kind-unknown",
    "what kind of object it is cannot be told: {problem}",
    "Write `kind` and `apiVersion` out",
    Weight.WARNING,
)
SOURCE_MOVED = ReasonKind(
    "source-moved",
    "{source} is {new} now and was {old}, and what that holds nobody can look up here",
    "See which versions it holds there before you merge",
    Weight.WARNING,
)
NOT_PACKED = ReasonKind(
    "not-packed",
    "{source} cannot be followed to folders of this tree: {problem}",
    "Copy whole folders, as `@repo/apps/**` to `@artifact/`, or name its folder under `sources` of the configuration",
    Weight.COUNTED,
)
VARIABLE_UNKNOWN = ReasonKind(
    "variable-unknown",
    "what `{variable}` becomes is not in this tree: {problem}",
    "Define it in `postBuild.substitute`, or in a ConfigMap of this repository",
)
