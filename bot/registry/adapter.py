"""The port `Registry`, on real registries."""

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import UsageError
from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.model.secret import Secret
from bot.ports import Progress
from bot.reasons import CHART_NOT_FOUND, MANIFEST_NOT_FOUND
from bot.registry.addresses import AddressRule
from bot.registry.answers import Answer
from bot.registry.authentication import Authentication
from bot.registry.credentials import Credentials
from bot.registry.crowd import Crowd
from bot.registry.cures import denied
from bot.registry.exchange import Exchange
from bot.registry.failures import DeniedError, NotFoundError, RegistryError, StatusError, UnansweredError
from bot.registry.hosts import Hosts
from bot.registry.limits import Clock, Limits
from bot.registry.manifests import DIGEST, TAG, facts, told_digest
from bot.registry.network import Network
from bot.registry.origins import Origin
from bot.registry.transport import Transport

if TYPE_CHECKING:
    from bot.registry.client import Client

Question = TypeVar("Question", bound=Hashable)
Outcome = TypeVar("Outcome")
Wanted = tuple[ChartSource, str]

_METHOD_NOT_ALLOWED = 405


def _tell_nobody(_secret: Secret) -> None:
    """Without a runner nobody masks."""


class OciRegistry:
    """Asks registries for tags, digests and manifests; implements `bot.ports.Registry`.

    Hosts, logins and tokens are remembered for as long as this object lives, which is one run. The environment is
    read here and never again.

    Args:
        environment: For proxies, certificates, the places of stored logins, and the job's own token.
        private_hosts: Hosts of the configuration that may have private addresses.
        helper_hosts: Hosts that credential helpers may be asked for; None for every host.
        limits: Caps and deadlines.
        clock: The wall clock and the way to wait.
        mask: Told every password and token before it is sent, so that a runner can hide it in its log.

    Raises:
        UsageError: The environment names a proxy or certificates that cannot be used.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        private_hosts: frozenset[str] = frozenset(),
        helper_hosts: frozenset[str] | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        mask: Callable[[Secret], None] = _tell_nobody,
    ) -> None:
        self._limits = limits or Limits()
        rule = AddressRule(private_hosts=frozenset(host.lower() for host in private_hosts))
        self._transport = Transport(network=Network.from_environment(environment), rule=rule, limits=self._limits)
        self._hosts = Hosts(self._limits)
        self._exchange = Exchange(
            transport=self._transport, hosts=self._hosts, limits=self._limits, clock=clock or Clock()
        )
        self._authentication = Authentication(
            exchange=self._exchange,
            credentials=Credentials(dict(environment), helper_hosts),
            limits=self._limits,
            mask=mask,
        )
        self._asked: Crowd[Any, Any] = Crowd((), _nothing)

    def tags(self, sources: Iterable[ChartSource], progress: Progress) -> Mapping[ChartSource, TagList | Unreachable]:
        """List the tags of every source, each once, in parallel."""
        return self._ask_all(sources, lambda source: source, self._tags_of, progress)

    def manifests(self, wanted: Iterable[Wanted], progress: Progress) -> Mapping[Wanted, ManifestFacts | Unreachable]:
        """Fetch manifests by tag or digest and hash their bytes; one GET each."""
        return self._ask_all(wanted, lambda pair: pair[0], self._manifest_of, progress)

    def digests(self, wanted: Iterable[Wanted], progress: Progress) -> Mapping[Wanted, str | Unreachable]:
        """Resolve tags to digests with HEAD; with GET only where a registry sends no digest in the head."""
        return self._ask_all(wanted, lambda pair: pair[0], self._digest_of, progress)

    def close(self) -> None:
        """Ask nothing more, and close the connections that are kept."""
        self._asked.stop()
        self._transport.close()

    @cached_property
    def _client(self) -> "Client":
        from bot.registry.client import Client  # noqa: PLC0415 # where there is nothing to ask, oras is not needed

        return Client(authentication=self._authentication, exchange=self._exchange, limits=self._limits)

    def _ask_all(
        self,
        questions: Iterable[Question],
        source_of: Callable[[Question], ChartSource],
        ask: Callable[[Question], Outcome],
        progress: Progress,
    ) -> Mapping[Question, Outcome | Unreachable]:
        self._asked.finish()  # hosts count what is under way for one crowd at a time
        distinct = tuple(dict.fromkeys(questions))
        origins = {question: Origin.of_source(source_of(question)) for question in distinct}
        self._greet(frozenset(origins.values()))

        def answered(question: Question) -> Outcome | Unreachable:
            try:
                return ask(question)
            except RegistryError as error:
                return _unreachable(source_of(question), question, error)

        queue = [(self._hosts.of(origins[question]), question) for question in distinct]
        crowd = Crowd(queue, answered, lambda outcome: isinstance(outcome, Unreachable)).start(
            self._limits.workers, progress
        )
        self._asked = crowd
        return crowd

    def _greet(self, origins: frozenset[Origin]) -> None:
        """Knock at every new host before the crowd does; one that does not answer says so per chart."""
        for origin in origins:
            if not self._hosts.of(origin).greeted:
                threading.Thread(target=self._knock, args=(origin,), daemon=True).start()
        if origins:
            _ = self._client  # loaded once, and before all workers want it

    def _knock(self, origin: Origin) -> None:
        try:
            self._authentication.greet(origin)
        except (RegistryError, UsageError):
            return  # said again by the questions themselves

    def _tags_of(self, source: ChartSource) -> TagList:
        return self._client.tag_list(Origin.of_source(source), source.address.name)

    def _manifest_of(self, wanted: Wanted) -> ManifestFacts:
        source, reference = wanted
        return facts(self._manifest(source, reference, "GET"), reference)

    def _digest_of(self, wanted: Wanted) -> str:
        source, reference = wanted
        try:
            told = told_digest(self._manifest(source, reference, "HEAD"))
        except StatusError as error:
            if error.status != _METHOD_NOT_ALLOWED:
                raise
            told = ""
        return told or self._manifest_of(wanted).digest

    def _manifest(self, source: ChartSource, reference: str, method: str) -> Answer:
        if not TAG.fullmatch(reference) and not DIGEST.fullmatch(reference):
            raise NotFoundError
        origin = Origin.of_source(source)
        return self._client.manifest(origin, source.address.name, reference, method)


def _nothing(_question: object) -> None:
    """Before the first question."""


def _unreachable(source: ChartSource, question: object, error: RegistryError) -> Unreachable:
    origin = Origin.of_source(source)
    match error:
        case UnansweredError():
            return Unreachable(reason=error.reason)
        case DeniedError():
            return Unreachable(reason=denied(source, origin, error))
        case NotFoundError():
            if isinstance(question, tuple):
                return Unreachable(reason=MANIFEST_NOT_FOUND(chart=source.address, reference=question[1]))
            return Unreachable(reason=CHART_NOT_FOUND(host=origin.shown, chart=source.address))
        case _:
            raise error
