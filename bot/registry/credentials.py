"""Which login belongs to which repository. Nothing is looked for before a registry has asked for a login."""

import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.model.secret import Secret
from bot.registry.credential_programs import ask_program
from bot.registry.docker_config import Login, Scope, Store, stores
from bot.registry.origins import DOCKER_HUB, Origin

_DOCKER_HUB_KEY = "https://index.docker.io/v1/"


class Credentials:
    """The logins of this machine, keyed by host, port and longest path; they are only ever meant for HTTPS.

    Args:
        environment: For the places of logins, and for programs that are asked for more.
        helper_hosts: Hosts that these programs may be asked for, as manifests write them; None for every host.
    """

    def __init__(self, environment: Mapping[str, str], helper_hosts: frozenset[str] | None = None) -> None:
        self._environment = environment
        self._helper_hosts = helper_hosts
        self._lock = threading.Lock()
        self._stores: tuple[Store, ...] | None = None
        self._asked: dict[tuple[str, str], Login | None] = {}

    def login(self, origin: Origin, repository: str) -> Login | None:
        """The login to use, or None. Over plain HTTP there is none, except on this machine itself."""
        if not origin.takes_logins:
            return None
        host = DOCKER_HUB if origin.shown == DOCKER_HUB else origin.host
        wanted = Scope(host=host, port=origin.port, path=repository)
        with self._lock:
            for store in self._known_stores():
                if login := _stored(store, wanted) or self._from_program(store, origin):
                    return login
        return self._job_login(origin)

    def withholds(self, origin: Origin) -> bool:
        """Whether a program of this machine might have had a login, and was not asked."""
        if not origin.takes_logins or self._may_be_asked_for(origin):
            return False
        with self._lock:
            return any(_program(store, origin) for store in self._known_stores())

    def _known_stores(self) -> tuple[Store, ...]:
        if self._stores is None:
            self._stores = tuple(stores(self._environment))
        return self._stores

    def _may_be_asked_for(self, origin: Origin) -> bool:
        names = {origin.shown, f"{origin.host}:{origin.port}"}
        return self._helper_hosts is None or not names.isdisjoint(self._helper_hosts)

    def _from_program(self, store: Store, origin: Origin) -> Login | None:
        program = _program(store, origin) if self._may_be_asked_for(origin) else None
        if program is None:
            return None
        if program not in self._asked:
            self._asked[program] = ask_program(*program, self._environment)
        return self._asked[program]

    def _job_login(self, origin: Origin) -> Login | None:
        """The job's own token, for the container registry of the very GitHub that runs the job.

        https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry
        """
        token, actor = self._environment.get("GITHUB_TOKEN"), self._environment.get("GITHUB_ACTOR")
        if self._environment.get("GITHUB_ACTIONS") != "true" or not token or not actor:
            return None
        if origin.scheme != "https" or origin.netloc != self._job_registry():
            return None
        return Login(username=actor, password=Secret(token))

    def _job_registry(self) -> str:
        try:
            server = urlsplit(self._environment.get("GITHUB_SERVER_URL") or "https://github.com").netloc.lower()
        except ValueError:
            return ""
        return "ghcr.io" if server == "github.com" else f"containers.{server}"


def _stored(store: Store, wanted: Scope) -> Login | None:
    fitting = [(len(scope.path), login) for scope, login in store.logins if scope.covers(wanted)]
    return max(fitting, key=lambda entry: entry[0])[1] if fitting else None


def _program(store: Store, origin: Origin) -> tuple[str, str] | None:
    """The helper that a store names for a host, and the key to ask it with."""
    keys = (_DOCKER_HUB_KEY, DOCKER_HUB, "index.docker.io") if origin.shown == DOCKER_HUB else (origin.netloc,)
    named = next(((store.helpers[key], key) for key in keys if key in store.helpers), None)
    name, key = named or (store.default_helper, keys[0])
    return (name, key) if name else None
