"""Objects whose heading is written twice: what they are, readers do not agree about, and Kustomize refuses them.

Source: sigs.k8s.io/yaml, by which Kustomize and Flux decode, takes a mapping key that is defined already for a fault:
https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go. Fields below the heading answer for themselves.
"""

from bot.flux.kinds import is_of_flux
from bot.flux.manifest import Manifest
from bot.model.references import PassedOver
from bot.reasons import UNREADABLE_YAML
from bot.yamltext.lookup import Obstacle
from bot.yamltext.nodes import Scalar

_HEADING = ("kind", "apiVersion")


def twice_headed(manifest: Manifest) -> PassedOver | None:
    """Why an object is none that can be read; None where its heading is plain, or names nothing of Flux."""
    for key in _HEADING:
        if manifest.node(key) is not Obstacle.DUPLICATE:
            continue
        pairs = zip(manifest.root.keys, manifest.root.values, strict=True)
        written = [(name.line, value) for name, value in pairs if isinstance(name, Scalar) and name.text == key]
        texts = [value.text for _, value in written if isinstance(value, Scalar)]
        if any(is_of_flux(text) for text in texts):
            reason = UNREADABLE_YAML(problem=f"the key `{key}` is written twice in one object")
            return PassedOver(path=manifest.path, line=written[-1][0], reason=reason)
    return None
