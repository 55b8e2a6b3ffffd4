"""One factory for a GitHub client that retries what may be retried, waits a bounded time, and reads no `.netrc`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import UsageError
from bot.model.secret import Secret

if TYPE_CHECKING:
    from github import Github  # noqa: TID251 - this package is its home

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TIMEOUT = 30
"""Seconds for one answer."""
_TRIES = 5
_LONGEST_WAIT = 120
"""Seconds we are willing to wait for a rate limit: a schedule comes again, a job costs minutes."""


def connect(api_url: str, token: Secret, *, seconds_between_writes: float = 1.0, backoff: float = 1.0) -> Github:
    """Make a client for github.com or an Enterprise Server.

    PyGithub's own defaults retry ten times without a pause, never retry PATCH, and take a 429 without `Retry-After`
    for final; all our PATCHes set absolute values, so repeating one is safe, and of our POSTs all but a comment.

    Args:
        api_url: `GITHUB_API_URL`, for example `https://api.github.com`.
        token: Sent in the Authorization header only.
        seconds_between_writes: GitHub asks for one second between writes.
            https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        backoff: Seconds before the second retry; doubled each time.

    Raises:
        UsageError: The address would send the token in plain, or holds a login of its own.
    """
    _require_safe(api_url)
    from github import Auth, Github  # noqa: PLC0415, TID251 - 200 ms of import, paid only by runs that write

    from bot.forge.retries import Retries  # noqa: PLC0415 - as above

    _leave_logging_to_the_program()
    retry = Retries(
        total=_TRIES,
        backoff_factor=backoff,
        backoff_max=_LONGEST_WAIT,
        secondary_rate_wait=min(60.0, 60.0 * backoff),
        max_rate_limit_wait=_LONGEST_WAIT,
        retry_after_max=_LONGEST_WAIT,
        allowed_methods={"GET", "POST", "PATCH"},
        status_forcelist=[429, *range(500, 600)],
    )
    return Github(
        auth=Auth.Token(token.reveal()),
        base_url=api_url,
        timeout=_TIMEOUT,
        per_page=100,
        retry=retry,
        seconds_between_requests=0,
        seconds_between_writes=seconds_between_writes,
        lazy=True,
        user_agent="flux-chart-bot",
    )


def _leave_logging_to_the_program() -> None:
    """Take back what PyGithub does on import: it prints to stderr whatever level is asked for, each refusal as well."""
    logger = logging.getLogger("github")
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)


def _require_safe(api_url: str) -> None:
    try:
        parts = urlsplit(api_url)
        host = parts.hostname
    except ValueError:
        raise UsageError("GITHUB_API_URL is not an address", "Write it as https://api.github.com") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UsageError("GITHUB_API_URL does not begin with https://", "A token is never sent over plain HTTP")
    if "@" in parts.netloc:
        raise UsageError("GITHUB_API_URL holds a login", "Give the token through the environment, never in an address")
