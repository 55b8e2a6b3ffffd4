"""Foreign text inside our own messages."""

_LONGEST = 80


def quoted(text: str) -> str:
    """Show foreign text so that it cannot break a line, a terminal or a log: ASCII, escaped, quoted, capped.

    Args:
        text: Anything, lone surrogates included.

    Returns:
        A quoted string of printable ASCII; only the first 80 characters of `text`, with a mark where more was cut.
    """
    return ascii(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]!a}..."
