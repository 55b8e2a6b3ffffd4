"""The fields of an object, whoever gives them: the file that holds it, or the build that makes it."""

from typing import Protocol

from msgspec import Struct

from bot.model.places import Place
from bot.reason import Reason


class Written(Struct, frozen=True, kw_only=True):
    """One value that may be edited.

    Attributes:
        place: Where it is.
        comment: What stands behind it on its line, empty for none.
        bare: It is put where no quotes are, so that it must be a text without them.
    """

    place: Place
    comment: str
    bare: bool = False


class Fields(Protocol):
    """An object to be read."""

    @property
    def path(self) -> str:
        """The file where it begins."""

    @property
    def line(self) -> int:
        """1-based line of its first key."""

    @property
    def kind(self) -> str:
        """Its kind, empty where it has none that is a text."""

    def has(self, *route: str) -> bool:
        """Whether a field is there with something in it; one that cannot be told counts as there."""

    def line_of(self, *route: str) -> int:
        """1-based line of a field in `path`, or of what it would stand in."""

    def text(self, *route: str) -> str | Reason:
        """One field as text, empty where it is absent; or the reason why it cannot be told."""

    def texts(self, *routes: tuple[str, ...]) -> tuple[str, ...] | Reason:
        """Several fields as text, absent ones empty; or the reason why the first of them cannot be told."""

    def written(self, *route: str) -> Written | Reason | None:
        """A field that is to be edited, None where it is absent or empty; or why it cannot be."""
