import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from doubles.certificates import Authority
from doubles.docker_registry import Pusher, docker_registry
from doubles.patience import Patience
from doubles.registry import RegistryDouble

from bot.demo.charts import SampleChart
from bot.registry.adapter import OciRegistry
from bot.registry.limits import Limits

QUICK = Limits(
    connect_seconds=2,
    idle_seconds=0.4,
    request_seconds=0.8,
    host_seconds=20,
    run_seconds=30,
    attempts=3,
    first_wait_seconds=0.01,
    longest_wait_seconds=5,
)
"""So that a server which never answers is found out at once."""


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def asker(patience: Patience) -> Iterator[Callable[..., OciRegistry]]:
    """Makes the adapter under test, with quick limits and nothing in its environment but what is given."""
    made: list[OciRegistry] = []

    def make(*, environment: dict[str, str] | None = None, **settings: Any) -> OciRegistry:
        settings = {"limits": QUICK, "clock": patience.clock, **settings}
        made.append(OciRegistry(environment=environment or {}, **settings))
        return made[-1]

    yield make
    for registry in made:
        registry.close()


@pytest.fixture
def double() -> Iterator[RegistryDouble]:
    with RegistryDouble() as registry:
        registry.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
        yield registry


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Addresses that names resolve to in this test; `*.localhost` means this machine."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **settings: Any) -> Any:
        if host.endswith(".localhost"):
            return real("127.0.0.1", port, *args, **settings)
        if host in table:
            return [entry for address in table[host] for entry in real(address, port, *args, **settings)]
        return real(host, port, *args, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return table


@pytest.fixture(scope="session")
def real_registry() -> Iterator[str]:
    with docker_registry() as netloc:
        with Pusher(netloc) as pusher:
            for version in ("1.0.0", "1.1.0+build.7"):
                pusher.push("contract/demo", SampleChart(name="demo", version=version))
        yield netloc


@pytest.fixture
def own_registry() -> Iterator[str]:
    with RegistryDouble(page_size=1) as registry, Pusher(registry.netloc) as pusher:
        for version in ("1.0.0", "1.1.0+build.7"):
            pusher.push("contract/demo", SampleChart(name="demo", version=version))
        yield registry.netloc
