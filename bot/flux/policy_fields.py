"""The fields of ImageRepository and ImagePolicy."""

from bot.flux.address import parse_chart_url
from bot.flux.manifest import Manifest
from bot.model.charts import ChartAddress
from bot.model.image_policies import (
    AlphabeticalPolicy,
    DigestReflection,
    NumericalPolicy,
    Order,
    PolicyChoice,
    PolicySpec,
    SemverPolicy,
    TagFilter,
)
from bot.reason import Reason
from bot.yamltext.nodes import Scalar, Sequence

_CHOICES = ("semver", "alphabetical", "numerical")
_MOST_EXCLUSIONS = 25
"""Flux's own limit."""


def image_of(manifest: Manifest) -> ChartAddress | Reason:
    """`spec.image` of an ImageRepository: an address without a scheme."""
    image = manifest.text("spec", "image")
    return image if isinstance(image, Reason) else parse_chart_url(f"oci://{image}")


def exclusions_of(manifest: Manifest) -> tuple[str, ...] | str:
    """`spec.exclusionList`, empty where none is written; or why it cannot be told."""
    node = manifest.node("spec", "exclusionList")
    if not isinstance(node, Sequence):
        return "its `exclusionList` is not a list that can be read" if manifest.has("spec", "exclusionList") else ()
    texts = tuple(item.text for item in node.values if isinstance(item, Scalar))
    if len(texts) < len(node.values) or len(texts) > _MOST_EXCLUSIONS:
        return f"its `exclusionList` is not a list of at most {_MOST_EXCLUSIONS} texts"
    return texts


def policy_of(manifest: Manifest) -> PolicySpec | str:
    """`spec` of an ImagePolicy, or what is wrong with it."""
    choice, only, digests = _choice(manifest), _filter(manifest), _digests(manifest)
    if isinstance(choice, str):
        return choice
    if isinstance(only, str):
        return only
    return digests if isinstance(digests, str) else PolicySpec(choice=choice, filter=only, digests=digests[0])


def _choice(manifest: Manifest) -> PolicyChoice | str:
    """Upstream looks for `semver` first, then `alphabetical`, then `numerical`."""
    kind = next((kind for kind in _CHOICES if manifest.has("spec", "policy", kind)), "")
    texts = manifest.texts(("spec", "policy", kind, "range"), ("spec", "policy", kind, "order"))
    if isinstance(texts, Reason):
        return texts.sentence
    text, order = texts
    if kind == "semver":
        return SemverPolicy(range=text)
    if not kind or order.lower() not in {"", *Order}:
        return "its `policy` is none that Flux knows"
    picked = Order(order.lower() or Order.ASCENDING)
    return AlphabeticalPolicy(order=picked) if kind == "alphabetical" else NumericalPolicy(order=picked)


def _filter(manifest: Manifest) -> TagFilter | str | None:
    if not manifest.has("spec", "filterTags"):
        return None
    texts = manifest.texts(("spec", "filterTags", "pattern"), ("spec", "filterTags", "extract"))
    return texts.sentence if isinstance(texts, Reason) else TagFilter(pattern=texts[0], extract=texts[1])


def _digests(manifest: Manifest) -> tuple[DigestReflection] | str:
    """In a tuple, as its members are texts too."""
    text = manifest.text("spec", "digestReflectionPolicy")
    if isinstance(text, Reason):
        return text.sentence
    known = next((each for each in DigestReflection if each == (text or DigestReflection.NEVER)), None)
    return (known,) if known else "its `digestReflectionPolicy` is not known"
