"""What Git's words mean: a failure with its mend, or a rejected push."""

import re
from collections.abc import Iterable

from bot.errors import RepositoryFailed
from bot.model.commits import PushRejected

_LONGEST = 300
_USERINFO = re.compile(r"://[^/@\s]*@")
_QUERY = re.compile(r"(://[^\s'\"?]*)\?[^\s'\"]*")
_OWN_WORDS = re.compile(r"^(?:fatal|error|git): .*$", re.MULTILINE)
_PORCELAIN = re.compile(r"^!\t[^\t]*\t\[[^\]]*\](?: \((?P<why>.*)\))?$", re.MULTILINE)
_PERMISSION = "Give the token `contents: read`, and `contents: write` for a command that pushes"
_AGAIN = "Run again; nothing is lost"

# The first row of which one text occurs in Git's error output says what happened and what to do.
_MEANINGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("returned error: 403", "Permission denied"), "the server refuses access", _PERMISSION),
    (
        ("returned error: 401", "Authentication failed", "could not read Username", "could not read Password"),
        "the server does not accept the login",
        f"{_PERMISSION}; a token may have expired",
    ),
    (
        ("returned error: 404", "not found", "does not appear to be a git repository", "does not exist"),
        "there is no such repository, or the token may not see it",
        "Check the address; a private repository needs a token with `contents: read`",
    ),
    (
        ("couldn't find remote ref",),
        "a branch is not there",
        "Check the tiers' `branch`; it may just have been deleted",
    ),
    (("returned error: 3", "redirect"), "the server redirects elsewhere", "Give the address it redirects to"),
    (
        ("Could not resolve", "Failed to connect", "Couldn't connect", "Connection refused", "Connection timed out"),
        "the server cannot be reached",
        "Check the network, and HTTPS_PROXY and NO_PROXY where there is a proxy",
    ),
    (
        ("certificate", "SSL", "gnutls_handshake"),
        "the server's certificate is not trusted",
        "Name the file of your own certificate authority in SSL_CERT_FILE",
    ),
    (("dubious ownership",), "the repository belongs to another user", "Run as the user who owns it"),
    (("returned error: 429", "returned error: 5"), "the server has trouble of its own", _AGAIN),
    (
        ("hung up unexpectedly", "early EOF", "RPC failed", "Empty reply", "disconnect", "curl 18", "reset by peer"),
        "the connection broke",
        _AGAIN,
    ),
)

# The words of receive-pack (https://github.com/git/git/blob/master/builtin/receive-pack.c), of GitHub's protected
# branches (GH006) and of its rules (GH013), in the parentheses of `git push --porcelain`.
_REJECTIONS: tuple[tuple[tuple[str, ...], PushRejected], ...] = (
    # The last is GitHub's word for a branch whose name would have to be a folder, where a file is.
    (
        ("stale info", "fetch first", "lock ref", "failed to update ref", "incorrect old value", "file conflict"),
        PushRejected.STALE,
    ),
    (("permission denied", "not permitted", "access denied"), PushRejected.FORBIDDEN),
    (
        ("declined", "protected", "rule", "prohibited", "refusing to allow", "hidden ref", "non-fast-forward"),
        PushRejected.PROTECTED,
    ),
    (("unpacker error",), PushRejected.NOT_STORED),
)
_FORBIDDEN = ("returned error: 403", "ERROR: Permission to")
# What GitHub says beside them, on lines of its own:
# https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/troubleshooting-rules
_SAID_BESIDE = (
    (("must have verified signatures", "must have valid signatures"), PushRejected.UNSIGNED),
    (("archived so it is read-only",), PushRejected.ARCHIVED),
)


def failure(action: str, errors: str, secrets: Iterable[str] = ()) -> RepositoryFailed:
    """The error for a command that failed: `action` completes "Git could not …"; `errors` is what Git wrote."""
    detail = own_words(errors, secrets)
    for signs, sentence, mend in _MEANINGS:
        if any(sign in errors for sign in signs):
            return RepositoryFailed(f"Git could not {action}: {sentence} ({detail})", mend)
    return RepositoryFailed(f"Git could not {action}: {detail}")


def too_slow(action: str, seconds: float) -> RepositoryFailed:
    """The error for a command that was killed at its deadline."""
    return RepositoryFailed(f"Git could not {action} within {seconds:g} s", _AGAIN)


def rejection(output: str, errors: str) -> PushRejected | None:
    """Why the server or the lease refused a push; None when it failed for another reason."""
    refused = _PORCELAIN.search(output)
    for signs, why in _SAID_BESIDE:
        if any(sign in errors for sign in signs):
            return why
    if refused is None:
        return PushRejected.FORBIDDEN if any(sign in errors for sign in _FORBIDDEN) else None
    text = (refused["why"] or "").lower()
    return next((why for signs, why in _REJECTIONS if any(sign in text for sign in signs)), None)


def own_words(errors: str, secrets: Iterable[str] = ()) -> str:
    """Git's own first complaint on one line, without logins, queries, control characters or what the server said."""
    found = _OWN_WORDS.search(errors)
    line = found.group() if found else "it ended without a word"
    for secret in secrets:
        line = line.replace(secret, "***")
    line = _QUERY.sub(r"\1", _USERINFO.sub("://", line))
    return "".join(character if character.isprintable() else "?" for character in line)[:_LONGEST]


def says_unknown_commit(errors: str) -> bool:
    """Whether a server said that it has no such commit, or gives out none by its name."""
    return any(sign in errors for sign in ("not our ref", "unadvertised object"))
