"""The pages of a tag list: where the next one is, and when to stop believing that there is one."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urljoin, urlsplit

from bot.registry.answers import Answer, bad_answer
from bot.registry.limits import Limits
from bot.registry.origins import DEFAULT_PORTS, Origin

_NEXT = re.compile(r'<([^<>]*)>\s*;[^<]*?\brel\s*=\s*(?:"next"|next)(?:[\s;,]|$)', re.IGNORECASE)
_QUERY_ONLY_HEADERS = ("X-JFrog-Version", "X-Artifactory-Id", "X-Artifactory-Node-Id")


class Pages:
    """Follows one chart's tag list. Takes note of every page; any trick with them is a `bad-answer`."""

    def __init__(self, origin: Origin, target: str, limits: Limits) -> None:
        self._origin = origin
        self._limits = limits
        self._seen = {target}
        self._bytes = 0
        self._still = 0

    def after(self, target: str, answer: Answer, new_tags: int) -> str | None:
        """The target of the page after `answer`, or None when it was the last.

        Args:
            target: Path and query of this page.
            answer: This page.
            new_tags: How many tags it brought that no page before it had. An empty page is not the end.
        """
        following = next_target(self._origin, target, answer.headers)
        if following is None:
            return None
        self._bytes += len(answer.body)
        self._still = 0 if new_tags else self._still + 1
        if problem := self._problem(following):
            raise bad_answer(self._origin, problem)
        self._seen.add(following)
        return following

    def _problem(self, following: str) -> str:
        if following in self._seen:
            return "pages of tags that lead in a circle"
        if len(self._seen) >= self._limits.pages:
            return f"more than {self._limits.pages} pages of tags"
        if self._bytes > self._limits.listing_bytes:
            return f"tags of more than {self._limits.listing_bytes} bytes"
        if self._still >= self._limits.still_pages:
            return f"{self._still} pages in a row without a new tag"
        return ""


def next_target(origin: Origin, target: str, headers: Mapping[str, str]) -> str | None:
    """The next page: the query of `Link`, verbatim, behind this page's own path on this page's own host.

    Its path is not asked for: the login or token at hand is this repository's, and a path that a proxy has changed on
    the way would be wrong anyway.

    Raises:
        UnansweredError: It lies on another host, or has no query of its own.
    """
    found = _NEXT.search(headers.get("Link", ""))
    if found is None:
        return None
    try:
        parts = urlsplit(urljoin(origin.url + target, found.group(1)))
    except ValueError:
        raise bad_answer(origin, "a link to the next page that is no address") from None
    if not _loses_its_path(headers) and not _is_same_host(parts, origin):
        raise bad_answer(origin, "a next page of tags on another host")
    if not parts.query:
        raise bad_answer(origin, "a link to the next page that names none")
    return f"{target.partition('?')[0]}?{parts.query}"


def _is_same_host(parts: SplitResult, origin: Origin) -> bool:
    """Behind a proxy that ends TLS a registry may write `http` of itself; we ask with our own scheme and port."""
    other = Origin.of_url(parts)
    if other is None or other.host != origin.host:
        return False
    return other.port == origin.port or other.port == DEFAULT_PORTS[other.scheme]


def _loses_its_path(headers: Mapping[str, str]) -> bool:
    """Artifactory drops the repository key from its links, Nexus names a path that its port does not serve.

    https://github.com/renovatebot/renovate/issues/20745 and https://github.com/sonatype/nexus-public/issues/1011
    """
    if any(name in headers for name in _QUERY_ONLY_HEADERS):
        return True
    return headers.get("Server", "").startswith("Nexus/")
