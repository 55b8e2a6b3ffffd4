"""Where a value stands in a repository."""

from msgspec import Struct

Route = tuple[str | int, ...]
"""Keys and 0-based sequence indices from a document's root to a value."""

Spot = tuple[str, int]
"""A file, and the byte where a scalar starts in it."""


class Place(Struct, frozen=True, kw_only=True):
    """One scalar in one file.

    Attributes:
        path: Path in the repository, POSIX, without a leading slash.
        document: 0-based index of the YAML document in the file.
        route: The way from the document's root to the scalar.
        start: First byte of the value's token (its quote included) in the file.
        end: Byte after the token.
        line: 1-based line of the token.
        column: 1-based column of the token, in characters.
        text: The value as YAML reads it.
    """

    path: str
    document: int
    route: Route
    start: int
    end: int
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def spot(self) -> Spot:
        """Where it is, whatever an object makes of the value there."""
        return self.path, self.start


class ObjectId(Struct, frozen=True, kw_only=True, order=True):
    """A Kubernetes object as its manifest names it; `namespace` is empty where the manifest leaves it to Kustomize."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
