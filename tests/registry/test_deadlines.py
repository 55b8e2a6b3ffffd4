"""Time that is used up: of a request, a host, a run. Threat 13."""

from collections.abc import Callable

import pytest
from doubles.certificates import Authority
from doubles.charts import no_progress, refusal, source, tags_of
from doubles.registry import RegistryDouble, drip
from msgspec.structs import replace

from bot.demo.charts import SampleChart
from bot.model.charts import TagList, Unreachable
from bot.registry.adapter import OciRegistry
from bot.registry.deadlines import seconds_left, watched
from bot.registry.limits import Limits

Asker = Callable[..., OciRegistry]


def test_a_host_whose_time_is_over_is_asked_nothing(asker: Asker, double: RegistryDouble) -> None:
    reason = refusal(asker(limits=Limits(host_seconds=0)), source(double.netloc))
    assert reason.id == "unreachable"
    assert "used up" in reason.sentence
    assert double.journal == []


def test_a_run_whose_time_is_over_asks_nothing(asker: Asker, double: RegistryDouble) -> None:
    assert "used up" in refusal(asker(limits=Limits(run_seconds=0)), source(double.netloc)).sentence


def test_a_slow_host_ends_at_its_own_deadline_and_others_are_reported(asker: Asker, double: RegistryDouble) -> None:
    double.plan("tags/list", drip(double, b"HTTP/1.1 200 OK\r\n\r\n"))
    with RegistryDouble() as quick:
        quick.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
        slow = [source(double.netloc, f"charts/c{number}") for number in range(20)]
        limits = Limits(workers=2, host_seconds=0.5, failures=1000)
        found = asker(limits=limits).tags([*slow, source(quick.netloc)], no_progress)
        assert isinstance(found[source(quick.netloc)], TagList)
        assert all(isinstance(found[chart], Unreachable) for chart in slow)
        assert len(double.asked_for("tags/list")) <= 2


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_the_deadline_holds_over_tls_too(
    asker: Asker, authority: Authority, names: dict[str, list[str]], head: bytes
) -> None:
    with RegistryDouble(tls=authority.server_context(), name="registry.localhost") as registry:
        registry.plan("tags/list", drip(registry, head))
        settings = {"SSL_CERT_FILE": str(authority.ca_path)}
        limits = replace(Limits(), request_seconds=0.5)
        reason = refusal(asker(environment=settings, limits=limits), source(registry.netloc, plain_http=False))
        assert "no complete answer came in time" in reason.sentence


def test_a_deadline_ends_with_its_block() -> None:
    with watched(until=0, idle=1), pytest.raises(TimeoutError):
        seconds_left()
    assert seconds_left() is None


def test_without_trouble_the_time_is_not_felt(asker: Asker, double: RegistryDouble) -> None:
    assert tags_of(asker(limits=Limits()), source(double.netloc)) == ("1.0.0",)
