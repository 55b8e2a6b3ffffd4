"""How a fault of the configuration names things."""

from collections.abc import Iterable

_LONGEST = 80


def shown(text: str) -> str:
    """Foreign text in a message: quoted with backticks, printable, of bounded length."""
    printable = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:_LONGEST])
    return f"`{printable}{'…' if len(text) > _LONGEST else ''}`"


def dotted(route: Iterable[str | int]) -> str:
    """A route as people write it: `tiers.dev.paths[0]`; the file itself for the empty one."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in route).lstrip(".")
    return shown(text) if text else "the file"


def nearest(text: str, known: Iterable[str]) -> str:
    """A mend that names what was probably meant, else all there is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    names = list(known)
    close = get_close_matches(text, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {shown(close[0])}?"
    return f"Known here: {', '.join(names)}" if names else ""
