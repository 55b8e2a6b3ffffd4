"""Sample charts, laid out in a registry as `helm push` does it.

Media types and annotations: https://helm.sh/docs/topics/registries/#helm-chart-manifest
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping

from msgspec import Struct, field

CONFIG_TYPE = "application/vnd.cncf.helm.config.v1+json"
LAYER_TYPE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


class SampleChart(Struct, frozen=True, kw_only=True):
    """One version of a chart.

    Attributes:
        name: Last part of its repository.
        version: As Chart.yaml has it, with `+` where it has build metadata.
        app_version: Empty leaves it out.
        created: Annotation `created`; a fixed date keeps digests the same from run to run.
        files: Further files of the archive, by path below the chart's folder.
    """

    name: str
    version: str
    app_version: str = ""
    description: str = "A sample chart"
    created: str = "2026-01-01T00:00:00Z"
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The version as a tag, in which `+` is not legal: https://github.com/helm/helm/issues/10166."""
        return self.version.replace("+", "_")

    @property
    def metadata(self) -> dict[str, str]:
        """What Chart.yaml holds."""
        facts = {"apiVersion": "v2", "description": self.description, "name": self.name, "version": self.version}
        return facts | ({"appVersion": self.app_version} if self.app_version else {})


class PackedChart(Struct, frozen=True, kw_only=True):
    """A chart as a registry holds it: two blobs and the manifest that names them."""

    tag: str
    config: bytes
    layer: bytes
    manifest: bytes


def digest_of(content: bytes) -> str:
    """The digest of a blob or manifest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def pack(chart: SampleChart) -> PackedChart:
    """Make blobs and manifest. The same chart always gives the same bytes."""
    config = json.dumps(chart.metadata, separators=(",", ":")).encode()
    layer = _archive(chart)
    manifest = {
        "schemaVersion": 2,
        "config": _descriptor(CONFIG_TYPE, config),
        "layers": [_descriptor(LAYER_TYPE, layer)],
        "annotations": {
            "org.opencontainers.image.created": chart.created,
            "org.opencontainers.image.description": chart.description,
            "org.opencontainers.image.title": chart.name,
            "org.opencontainers.image.version": chart.version,
        },
    }
    encoded = json.dumps(manifest, separators=(",", ":")).encode()
    return PackedChart(tag=chart.tag, config=config, layer=layer, manifest=encoded)


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _archive(chart: SampleChart) -> bytes:
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in chart.metadata.items())
    files = {"Chart.yaml": lines, "values.yaml": "replicas: 1\n", **chart.files}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            content = text.encode()
            member = tarfile.TarInfo(f"{chart.name}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
