"""What is asked of a registry: tags and manifests, at the addresses that oras gives them.

Of oras only `oras.container` is used, which knows the paths of the distribution specification. Its `oras.provider`
would add a loop over pages, and loads `requests` for a transport that a scanner cannot live with: no deadline, one
token for every host and repository, a login for a challenge of any host, pages followed anywhere and for ever.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import oras.container  # noqa: TID251 # this package is oras's one home

from bot.model.charts import TagList
from bot.reasons import UNREACHABLE
from bot.registry.answers import Answer, bad_answer
from bot.registry.authentication import Authentication
from bot.registry.exchange import Exchange, Request
from bot.registry.failures import NotFoundError, StatusError
from bot.registry.limits import Limits
from bot.registry.manifests import TAG
from bot.registry.origins import Origin, names_loopback
from bot.registry.paging import Pages

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_ACCEPT = {"Accept": ", ".join(MANIFEST_TYPES)}
_OK, _NOT_FOUND, _PAGE_SIZE_REFUSED = 200, 404, (400, 405)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE_SIZE = 1000
"""The largest that no registry refuses by default; distribution 3.0 answers 400 above its maximum."""


class Container(oras.container.Container):  # type: ignore[misc] # oras ships no types
    """A chart repository on whatever host. oras's own parser makes strange addresses Docker Hub's; ours are parsed."""

    def __init__(self, name: str) -> None:
        self.namespace, _, self.repository = name.rpartition("/")
        self.registry = self.tag = self.digest = ""


class Client:
    """Reads tags and manifests of every registry."""

    def __init__(self, *, authentication: Authentication, exchange: Exchange, limits: Limits) -> None:
        self._authentication = authentication
        self._exchange = exchange
        self._limits = limits

    def tag_list(self, origin: Origin, name: str) -> TagList:
        """List a chart's tags; what is outside the grammar of tags is none, and nothing could pull it.

        Raises:
            RegistryError: There is no list.
        """
        raw = [tag for page in self._pages(origin, name) for tag in page]
        inside = [tag for tag in raw if isinstance(tag, str) and TAG.fullmatch(tag)]
        return TagList(tags=tuple(dict.fromkeys(inside)))

    def manifest(self, origin: Origin, name: str, reference: str, method: str = "GET") -> Answer:
        """Ask for a manifest by tag or digest.

        Raises:
            RegistryError: There is none.
        """
        target = Container(name).manifest_url(reference)
        cap = self._limits.manifest_bytes
        request = Request(origin=origin, method=method, target=target, cap=cap, headers=_ACCEPT)
        return self._settled(self._followed(self._authentication.ask(request, name), method))

    def _pages(self, origin: Origin, name: str) -> Iterator[list[Any]]:
        """The tags of every page; an empty one is not the last."""
        target: str | None
        target, answer = self._first_page(origin, name)
        pages = Pages(origin, target, self._limits)
        known: set[str] = set()
        while target:
            tags = _tags(self._settled(answer))
            yield tags
            before = len(known)
            known.update(tag for tag in tags if isinstance(tag, str))
            target = pages.after(target, answer, len(known) - before)
            if target:
                answer = self._page(origin, name, target)

    def _first_page(self, origin: Origin, name: str) -> tuple[str, Answer]:
        container = Container(name)
        target = container.tags_url(N=_PAGE_SIZE)
        answer = self._page(origin, name, target)
        if answer.status_code in _PAGE_SIZE_REFUSED:
            target = container.tags_url()
            answer = self._page(origin, name, target)
        return target, answer

    def _page(self, origin: Origin, name: str, target: str) -> Answer:
        request = Request(origin=origin, method="GET", target=target, cap=self._limits.page_bytes)
        return self._authentication.ask(request, name)

    def _followed(self, answer: Answer, method: str) -> Answer:
        """Follow redirects of a manifest: over HTTPS only, without any login, each hop's address judged anew."""
        for _ in range(self._limits.redirects):
            if answer.status_code not in _REDIRECTS:
                return answer
            origin, target = _location(answer)
            request = Request(
                origin=origin, method=method, target=target, cap=self._limits.manifest_bytes, headers=_ACCEPT
            )
            answer = self._exchange.answer(request)
        return answer

    @staticmethod
    def _settled(answer: Answer) -> Answer:
        """Let 200 pass; everything else is no answer to our question."""
        if answer.status_code == _OK:
            return answer
        if answer.status_code == _NOT_FOUND:
            raise NotFoundError
        if answer.status_code in _REDIRECTS:
            raise bad_answer(answer.origin, "a redirect")
        code = answer.error_code()
        told = f"{answer.status_code}" + (f" ({code})" if code else "")
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            reason = UNREACHABLE(host=answer.origin.shown, problem=f"it answers {told}")
        else:
            reason = bad_answer(answer.origin, f"status {told}").reason
        raise StatusError(reason, answer.status_code)


def _tags(answer: Answer) -> list[Any]:
    """The tags of a page, after we have seen that it is one."""
    content = answer.object()
    if "tags" not in content:
        raise bad_answer(answer.origin, "a tag list without tags")
    tags = content["tags"]
    if tags is None:  # distribution, when the last tag is gone
        return []
    if not isinstance(tags, list):
        raise bad_answer(answer.origin, "a tag list that is not a list")
    return tags


def _location(answer: Answer) -> tuple[Origin, str]:
    location = answer.headers.get("Location", "")
    try:
        parts = urlsplit(urljoin(f"{answer.origin.url}/", location))
    except ValueError:
        raise bad_answer(answer.origin, "a redirect to no address") from None
    origin = Origin.of_url(parts)
    if not location or origin is None or (origin.scheme != "https" and origin != answer.origin):
        raise bad_answer(answer.origin, "a redirect that leaves HTTPS")
    if names_loopback(origin.host) and not names_loopback(answer.origin.host):
        raise bad_answer(answer.origin, "a redirect to the machine that asks")
    return origin, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
