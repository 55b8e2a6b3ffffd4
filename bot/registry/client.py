"""oras, on our transport.

`oras.provider.Registry` builds the addresses and collects the tags; what goes over the wire is ours, because its own
`do_request` has no deadline, keeps one token for every host and repository, answers a challenge of any host with the
login, and follows pages anywhere and for ever.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import oras.container  # noqa: TID251 # this package is oras's one home
import oras.provider  # noqa: TID251 # as above

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
_PAGE_SIZE = "?n=1000"
"""The largest that no registry refuses by default; distribution 3.0 answers 400 above its maximum."""


class Container(oras.container.Container):  # type: ignore[misc] # oras ships no types
    """A chart repository. oras's own parser turns strange addresses into Docker Hub's; ours are parsed already."""

    def __init__(self, origin: Origin, name: str) -> None:
        self.registry = origin.netloc
        self.namespace, _, self.repository = name.rpartition("/")
        self.tag = self.digest = ""


class ScanRegistry(oras.provider.Registry):  # type: ignore[misc] # oras ships no types
    """Reads tags and manifests of every registry that is reached over one scheme."""

    def __init__(self, *, plain_http: bool, authentication: Authentication, exchange: Exchange, limits: Limits) -> None:
        super().__init__(insecure=plain_http)
        self._authentication = authentication
        self._exchange = exchange
        self._limits = limits

    def tag_list(self, origin: Origin, name: str) -> TagList:
        """List a chart's tags.

        Raises:
            RegistryError: There is no list.
        """
        raw = self.get_tags(Container(origin, name))
        inside = [tag for tag in raw if isinstance(tag, str) and TAG.fullmatch(tag)]
        return TagList(tags=tuple(dict.fromkeys(inside)), dropped=len(raw) - len(inside))

    def manifest(self, origin: Origin, name: str, reference: str, method: str = "GET") -> Answer:
        """Ask for a manifest by tag or digest.

        Raises:
            RegistryError: There is none.
        """
        url = f"{self.prefix}://{Container(origin, name).manifest_url(reference)}"
        return self._settled(self._followed(self.do_request(url, method, headers=_ACCEPT), method))

    def do_request(
        self,
        url: str,
        method: str = "GET",
        data: object = None,
        headers: dict[str, str] | None = None,
        json: object = None,
        stream: bool = False,  # noqa: FBT001, FBT002 # the signature of oras
    ) -> Answer:
        """Every request of oras comes by here. Reading needs no `data`, `json` or `stream`, so they are not sent."""
        del data, json, stream
        parts = urlsplit(url)
        origin = Origin.of_url(parts)
        assert origin is not None  # noqa: S101 # oras has put it together from an `Origin`
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self._ask(origin, _repository(parts.path), method, target, headers or {})

    def _do_paginated_request(self, url: str, callable: Callable[[Any], object]) -> None:  # noqa: A002 # oras's name
        """Hand every page to oras. Its verdict is not asked for: it takes an empty page for the last one."""
        parts = urlsplit(url)
        origin = Origin.of_url(parts)
        assert origin is not None  # noqa: S101 # oras has put it together from an `Origin`
        repository = _repository(parts.path)
        target: str | None
        target, answer = self._first_page(origin, repository, parts.path)
        pages = Pages(origin, target, self._limits)
        known: set[str] = set()
        while target:
            page = _TagPage(self._settled(answer))
            callable(page)
            before = len(known)
            known.update(_texts(page.tags))
            target = pages.after(target, answer, len(known) - before)
            if target:
                answer = self._ask(origin, repository, "GET", target, {})

    def _first_page(self, origin: Origin, repository: str, path: str) -> tuple[str, Answer]:
        answer = self._ask(origin, repository, "GET", path + _PAGE_SIZE, {})
        if answer.status_code in _PAGE_SIZE_REFUSED:
            return path, self._ask(origin, repository, "GET", path, {})
        return path + _PAGE_SIZE, answer

    def _ask(self, origin: Origin, repository: str, method: str, target: str, headers: dict[str, str]) -> Answer:
        cap = (
            self._limits.page_bytes if target.partition("?")[0].endswith("/tags/list") else self._limits.manifest_bytes
        )
        request = Request(origin=origin, method=method, target=target, cap=cap, headers=headers)
        return self._authentication.ask(request, repository)

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


class _TagPage:
    """One page as oras reads it, after we have seen that it is one."""

    def __init__(self, answer: Answer) -> None:
        content = answer.object()
        if "tags" not in content:
            raise bad_answer(answer.origin, "a tag list without tags")
        self.tags = content["tags"]
        if self.tags is None:  # distribution, when the last tag is gone
            self.tags = []
        if not isinstance(self.tags, list):
            raise bad_answer(answer.origin, "a tag list that is not a list")

    def json(self) -> dict[str, Any]:
        """What `get_tags` collects from."""
        return {"tags": self.tags}


def _texts(tags: list[Any]) -> Iterator[str]:
    return (tag for tag in tags if isinstance(tag, str))


def _repository(path: str) -> str:
    """The repository of a path that oras has built; the reference behind it holds no slash."""
    rest = path.removeprefix("/v2/")
    name, found, _ = rest.rpartition("/manifests/")
    return name if found else rest.removesuffix("/tags/list")


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
