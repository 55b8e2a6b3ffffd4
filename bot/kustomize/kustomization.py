"""A kustomization file as values: what it takes, and what it does to it.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/types/kustomization.go
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.kustomize.strictness import own_refusal, refusal
from bot.kustomize.targets import Selector
from bot.kustomize.tree import EMPTY, Tree, Unknown, get, is_null, items, known_text, table, text
from bot.reason import Reason

_TRUE = frozenset({"true", "yes", "on"})


class Patch(Struct, frozen=True, kw_only=True):
    """One entry of a list of patches.

    Attributes:
        path: The file that holds it, relative to the kustomization; empty for one that is written inline.
        inline: The scalar that holds it.
        content: The patch itself where it is written as YAML and not as a text in YAML, as Flux once did.
        target: Whom it is for; None for what its own body names.
        renames: It may change names.
        changes_kind: It may change kinds.
    """

    path: str = ""
    inline: Tree | None = None
    content: Tree | None = None
    target: Selector | None = None
    renames: bool = False
    changes_kind: bool = False


class Kustomization(Struct, frozen=True, kw_only=True):
    """One kustomization, ready to be followed.

    Attributes:
        kind: `Kustomization` or `Component`.
        strategic: `patchesStrategicMerge`, each a path or a patch.
        labels: All that are added, whatever the field.
        unfollowed: Fields in use that are not followed and may change anything.
        wrong: Why nobody takes the file.
        refused: Why Kustomize does not take the file as it is; Flux, which writes it anew, does.
    """

    kind: str = "Kustomization"
    resources: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    namespace: str = ""
    prefix: str = ""
    suffix: str = ""
    strategic: tuple[Tree, ...] = ()
    patches: tuple[Patch, ...] = ()
    json_patches: tuple[Patch, ...] = ()
    labels: tuple[tuple[str, Tree], ...] = ()
    annotations: tuple[tuple[str, Tree], ...] = ()
    config_maps: tuple[Tree, ...] = ()
    generator_options: Tree = EMPTY
    replacements: tuple[Tree, ...] = ()
    configurations: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    generates: tuple[str, ...] = ()
    charts: tuple[Tree, ...] = ()
    wrong: str | Reason | None = None
    refused: str | Reason | None = None

    def under(self, overlay: "Overlay") -> "Kustomization":
        """The kustomization that Flux makes of it: names replace, patches and components come behind.

        Source: https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_generator.go
        """
        return replace(
            self,
            refused=None,
            namespace=overlay.namespace or self.namespace,
            prefix=overlay.prefix or self.prefix,
            suffix=overlay.suffix or self.suffix,
            patches=(*self.patches, *overlay.patches),
            components=(*self.components, *overlay.components),
            json_patches=(*self.json_patches, *overlay.json_patches),
        )


class Overlay(Struct, frozen=True, kw_only=True):
    """What a Flux Kustomization adds to the kustomization of its folder.

    Attributes:
        above: It stands above the folder, in a kustomization that Flux makes there, and holds nothing else.
    """

    namespace: str = ""
    prefix: str = ""
    suffix: str = ""
    patches: tuple[Patch, ...] = ()
    json_patches: tuple[Patch, ...] = ()
    components: tuple[str, ...] = ()
    may_lack_components: bool = False
    above: bool = False


def read_kustomization(tree: Tree) -> Kustomization | Reason:
    """Read a kustomization file's first document; the reason where a field of it cannot be told."""
    whole = table(tree)
    if whole is None:
        return Kustomization(refused="its kustomization file is no mapping")
    if whole.rest:
        return whole.rest
    tree = whole  # taken apart once: many of its fields are looked up
    for value in whole.entries.values():
        if isinstance(value, Unknown):
            return value.reason
    kind = known_text(get(tree, "kind")) or "Kustomization"
    return Kustomization(
        kind=kind,
        resources=(*_texts(tree, "resources"), *_texts(tree, "bases")),
        components=_texts(tree, "components"),
        namespace=known_text(get(tree, "namespace")),
        prefix=known_text(get(tree, "namePrefix")),
        suffix=known_text(get(tree, "nameSuffix")),
        strategic=items(get(tree, "patchesStrategicMerge")) or (),
        patches=read_patches(get(tree, "patches")),
        json_patches=read_patches(get(tree, "patchesJson6902")),
        labels=(*_labels(tree), *_pairs(get(tree, "commonLabels"))),
        annotations=_pairs(get(tree, "commonAnnotations")),
        config_maps=items(get(tree, "configMapGenerator")) or (),
        generator_options=get(tree, "generatorOptions") or EMPTY,
        replacements=items(get(tree, "replacements")) or (),
        configurations=_texts(tree, "configurations"),
        unfollowed=tuple(key for key in ("transformers", "openapi") if items(get(tree, key)) or table(get(tree, key))),
        generates=tuple(
            key for key in ("generators", "helmCharts", "helmChartInflationGenerator") if items(get(tree, key))
        ),
        charts=(*(items(get(tree, "helmCharts")) or ()), *(items(get(tree, "helmChartInflationGenerator")) or ())),
        wrong=refusal(tree),
        refused=own_refusal(tree),
    )


def read_patches(tree: Tree | None) -> tuple[Patch, ...]:
    """A list of patches with paths or texts."""
    return tuple(map(_patch, items(tree) or ()))


def _patch(tree: Tree) -> Patch:
    target, inline, options = get(tree, "target"), get(tree, "patch"), get(tree, "options")
    if inline is not None and is_null(inline):
        inline = None
    listed = items(inline) is not None
    return Patch(
        path=known_text(get(tree, "path")),
        inline=None if listed else inline,
        content=inline if listed else None,
        target=None if target is None or is_null(target) else Selector.read(target),
        renames=known_text(get(options, "allowNameChange")) in _TRUE,
        changes_kind=_may_be_true(known_text(get(options, "allowKindChange"))),
    )


def _may_be_true(text_of_it: str) -> bool:
    return text_of_it in _TRUE or "${" in text_of_it


def _texts(tree: Tree, key: str) -> tuple[str, ...]:
    found = (text(each) for each in items(get(tree, key)) or ())
    return tuple(each for each in found if isinstance(each, str))


def _labels(tree: Tree) -> tuple[tuple[str, Tree], ...]:
    return tuple(pair for each in items(get(tree, "labels")) or () for pair in _pairs(get(each, "pairs")))


def _pairs(tree: Tree | None) -> tuple[tuple[str, Tree], ...]:
    found = table(tree)
    return tuple(found.entries.items()) if found else ()
