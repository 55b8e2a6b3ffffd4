"""What Kustomize refuses in a kustomization file: fields that it does not know, shapes that they cannot have.

Source: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/types/kustomization.go (`Unmarshal`,
`CheckEmpty`, `EnforceFields`): the file goes through JSON into a struct that takes no unknown field.
"""

import re
from collections.abc import Iterable

from bot.kustomize.kustomize_reasons import NOT_FOLLOWED
from bot.kustomize.tree import Items, Tree, Unknown, Written, get, is_null, items, known_text, table
from bot.reason import Reason
from bot.yamltext.nodes import Scalar

_TEXTS = frozenset({"namePrefix", "nameSuffix", "namespace", "kind", "apiVersion"})
_TEXT_LISTS = frozenset({"resources", "components", "bases", "crds", "configurations"})
_LISTS = frozenset(
    {"labels", "patchesStrategicMerge", "patchesJson6902", "patches", "images", "imageTags", "replacements", "replicas"}
    | {"vars", "configMapGenerator", "secretGenerator", "helmCharts", "helmChartInflationGenerator", "generators"}
    | {"transformers", "validators", "buildMetadata"}
)
_MAPPINGS = frozenset(
    {"metadata", "openapi", "commonLabels", "commonAnnotations", "sortOptions", "helmGlobals", "generatorOptions"}
)
_PAIRS = frozenset({"commonLabels", "commonAnnotations"})
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?|true|false", re.ASCII)
_FIELDS = _TEXTS | _TEXT_LISTS | _LISTS | _MAPPINGS
_PATCH = frozenset({"path", "patch", "target", "options"})
_TARGET = frozenset({"group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"})
_OPTIONS = frozenset({"allowNameChange", "allowKindChange"})
_VERSIONS = {"Kustomization": "kustomize.config.k8s.io/v1beta1", "Component": "kustomize.config.k8s.io/v1alpha1"}


def refusal(tree: Tree) -> str | Reason | None:
    """What Kustomize refuses whoever calls it, or why that cannot be told."""
    kind = known_text(get(tree, "kind")) or "Kustomization"
    if kind not in _VERSIONS:
        return "its kind is neither Kustomization nor Component"
    version = known_text(get(tree, "apiVersion"))
    if version and version != _VERSIONS[kind]:
        return f"its apiVersion is not the one of a {kind}"
    found = table(tree)
    shapes = (_misshapen(key, value) for key, value in found.entries.items()) if found else ()
    return next((each for each in shapes if each), None)


def own_refusal(tree: Tree) -> str | Reason | None:
    """What Kustomize refuses only where it reads the file itself: Flux writes the file anew first."""
    found = table(tree)
    if found is None:
        return None if is_null(tree) else "its kustomization file is no mapping"
    if unknown := _unknown(tree, _FIELDS):
        return unknown
    if all(key in {"kind", "apiVersion"} or _is_empty(value) for key, value in found.entries.items()):
        return "its kustomization file is empty"
    lists = (items(get(tree, key)) or () for key in ("patches", "patchesJson6902"))
    refused = (_patch_refusal(each) for patches in lists for each in patches)
    return next((each for each in refused if each), None)


def _patch_refusal(patch: Tree) -> str | Reason | None:
    target, options = get(patch, "target"), get(patch, "options")
    return _unknown(patch, _PATCH) or _unknown(target, _TARGET) or _unknown(options, _OPTIONS)


def _unknown(tree: Tree | None, known: frozenset[str]) -> str | Reason | None:
    """Go matches keys in any case where none fits exactly; nobody writes them so, so we do not follow it."""
    found = table(tree)
    for key in found.entries if found else ():
        if key not in known:
            if key.lower() in map(str.lower, known):
                return NOT_FOLLOWED(what="a kustomization has a field in another case")
            return f"its kustomization file has a field {key[:60]}, which Kustomize does not know"
    return None


def _is_empty(value: Tree) -> bool:
    return is_null(value) or (not isinstance(value, Unknown) and not known_text(value) and _holds_no_key(value))


def _holds_no_key(value: Tree) -> bool:
    return items(value) is None and table(value) is None


def _misshapen(key: str, value: Tree) -> str | None:
    if is_null(value) or isinstance(value, Unknown):
        return None
    wrong = f"`{key}` in its kustomization file is no"
    if key in _TEXTS:
        return f"{wrong} text" if _is_collection(value) or _is_number(value) else None
    if key in _LISTS | _TEXT_LISTS and items(value) is None:
        return f"{wrong} list"
    if key in _MAPPINGS and table(value) is None:
        return f"{wrong} mapping"
    if key in _TEXT_LISTS and any(_is_collection(each) or is_null(each) for each in items(value) or ()):
        return f"{wrong} list of texts"
    if key in _PAIRS and any(_is_collection(each) or _is_number(each) for each in _values(value)):
        return f"{wrong} mapping of texts"
    return None


def _values(value: Tree) -> Iterable[Tree]:
    found = table(value)
    return found.entries.values() if found else ()


def _is_number(value: Tree) -> bool:
    """Whether a value is a number or a truth value to every reader."""
    node = value.node if isinstance(value, Written) else None
    if not isinstance(node, Scalar) or node.style or node.tag is not None:
        return False
    return _NUMBER.fullmatch(node.text) is not None


def _is_collection(value: Tree) -> bool:
    return isinstance(value, Items) or not _holds_no_key(value)
