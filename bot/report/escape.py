"""Foreign text, made harmless for the place where it is shown: one function a target.

Chart names, versions, paths and registry errors are written by others. Whatever they hold, it is shown and never acts:
no markup, no mention, no closing keyword, no workflow command, no escape sequence, no invisible sign.
In trailers, and as a chart's name or version in a title, it is a word of `bot.planning.commit_trailers`.
"""

import re

# Signs that show nothing and that Unicode does not call "other": fillers, joiners, variation selectors.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BREAKER = "&#8203;"
"""A zero-width space of our own: what follows is no longer a mention, a reference or an address."""
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&!$@#]|^[-+=]|^\d+[.)](?=\s|$)")
_REFERENCE = re.compile(r"\b(gh)-(?=\d)|\b(www)\.|:(?=//)", re.IGNORECASE)
_IN_SUBJECT = re.compile(r"[@#`<>\[\]]|(?<=gh)-(?=\d)|:(?=//)", re.IGNORECASE)
"""What makes a forge act on a commit: mentions, references, addresses, `[skip ci]`."""
_CODE_MARKUP = re.compile(r"[!\"#$&*:;<>?@\[\\\]^_`{|}~]|(?<=www)\.", re.IGNORECASE)
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\[)")


class Markdown(str):
    """Text that is Markdown already: our own, or foreign text behind `markdown` or `code`."""

    __slots__ = ()


def visible(text: str) -> str:
    r"""Show every control, bidi, zero-width or otherwise invisible sign as `\u…`. For terminals; base of all others.

    Line breaks are such signs too: a foreign text is always one line.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(sign if sign.isprintable() else _numbered(sign) for sign in text)
    return _INVISIBLE.sub(lambda found: _numbered(found[0]), shown)


def markdown(text: str) -> Markdown:
    """Foreign text inside a sentence of GitHub's Markdown: no markup, HTML, image, mention, reference or link."""
    shown = _MARKUP.sub(lambda found: _entities(found[0]), visible(text))
    return Markdown(_REFERENCE.sub(lambda found: f"{found[0]}{_BREAKER}", shown))


def code(text: str) -> Markdown:
    """Foreign text as code, in a table too: GitHub looks for mentions and references everywhere but there.

    HTML's element and not backticks: a table splits its cells before it sees them. What Markdown could read is an
    entity, which it never reads as markup.
    """
    shown = _CODE_MARKUP.sub(lambda found: _entities(found[0]) if found[0] != "#" else "&#35;", visible(text))
    return Markdown(f"<code>{shown}</code>")


def subject(text: str) -> str:
    """Text in a title and a commit's subject: it reads as it is written, but for what a forge would act on."""
    return _IN_SUBJECT.sub(lambda found: f"%{ord(found[0]):02X}", visible(text))


def log_line(text: str) -> str:
    """One line of a log that a runner reads: no workflow command in it.

    `::cmd::` counts after leading blanks, `##[cmd]` anywhere
    (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
    """
    return _COMMAND.sub(
        lambda found: f"{found[1] or ''}{_numbered(found[0][-1])}", "\t".join(map(visible, text.split("\t")))
    )


def _numbered(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - the end of the basic plane


def _entities(text: str) -> str:
    """Punctuation as entities; behind a sign that GitHub would make a mention or reference of, a breaker."""
    encoded = "".join(sign if sign.isdigit() else f"&#{ord(sign)};" for sign in text)
    return f"{encoded}{_BREAKER}" if text in {"@", "#"} else encoded
