"""Charts in registries, and what a registry says about them."""

from datetime import datetime

from msgspec import Struct

from bot.reason import Reason


class ChartAddress(Struct, frozen=True, kw_only=True, order=True):
    """One chart repository in a registry, canonical: lower-case host, `docker.io` for every alias of Docker Hub.

    Made only by `bot.flux.address`, or from such a one by `bot.planning.mirrors`, so that one which exists obeys the
    grammar of the OCI distribution specification: no user information, no percent-encoding, no dot segments.
    """

    host: str
    """Host, with its port where one is written: `ghcr.io`, `localhost:5000`."""
    name: str
    """Repository name below the host: `stefanprodan/charts/podinfo`."""

    def __str__(self) -> str:
        return f"{self.host}/{self.name}"

    @property
    def url(self) -> str:
        """The address as Flux writes it."""
        return f"oci://{self}"


class ChartSource(Struct, frozen=True, kw_only=True, order=True):
    """A chart's address with what the manifest says about reaching it. One source is listed once a run."""

    address: ChartAddress
    plain_http: bool = False
    """The manifest says `insecure: true`, or Flux itself would use HTTP for this host."""
    provider: str = "generic"
    """`spec.provider`: generic, aws, azure or gcp. Only shapes the advice after a refusal."""


class TagList(Struct, frozen=True, kw_only=True):
    """All tags of one chart, in the registry's order.

    Attributes:
        tags: Raw tags inside the OCI grammar; with any other text nobody could ask for a manifest.
    """

    tags: tuple[str, ...]


class ManifestFacts(Struct, frozen=True, kw_only=True):
    """What one manifest, fetched and hashed by us, says about itself.

    Attributes:
        digest: `sha256:<hex>` of the very bytes that were fetched.
        version: Annotation `org.opencontainers.image.version`, else empty.
        created: Annotation `org.opencontainers.image.created` in UTC, where it is a date. The publisher's word.
    """

    digest: str
    version: str = ""
    created: datetime | None = None


class Unreachable(Struct, frozen=True, kw_only=True):
    """A question to a registry that has no answer in this run. Unknown is not gone."""

    reason: Reason
