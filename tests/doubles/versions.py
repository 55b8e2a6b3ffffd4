"""Versions for tests, which know what they write."""

from bot.versions.version import Version, try_loose


def parse_loose(text: str) -> Version:
    """The version that a text is in the loose form."""
    version = try_loose(text)
    assert version is not None, text
    return version
