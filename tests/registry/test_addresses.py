"""Where we connect to, and where never. Threat 11."""

import socket
from collections.abc import Callable

import pytest
from doubles.certificates import Authority
from doubles.charts import manifest_of, refusal, source, tags_of
from doubles.registry import RegistryDouble, reply

from bot.demo.charts import SampleChart
from bot.model.charts import ManifestFacts
from bot.reason import Reason
from bot.registry import connections
from bot.registry.adapter import OciRegistry
from bot.registry.addresses import AddressRule
from bot.registry.deadlines import WatchedSocket
from bot.registry.origins import Origin

Asker = Callable[..., OciRegistry]
TAGS = "tags/list"


def objection(host: str, address: str, *private: str) -> str:
    rule = AddressRule(private_hosts=frozenset(private))
    found = rule.objection(Origin(scheme="https", host=host, port=443), address)
    return found.id if found else ""


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.1.1",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "::ffff:127.0.0.1",
        "168.63.129.16",
        "100.100.100.200",
        "fd00:ec2::254",
    ],
)
def test_some_addresses_are_refused_whatever_the_configuration_says(address: str) -> None:
    assert objection("registry.example", address, "registry.example") == "forbidden-address"


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1"]
)
def test_private_addresses_need_the_configuration(address: str) -> None:
    assert objection("harbor.corp.example", address) == "private-address"
    assert objection("harbor.corp.example", address, "harbor.corp.example") == ""
    assert objection("harbor.corp.example", address, "other.corp.example") == "private-address"


@pytest.mark.parametrize("address", ["140.82.121.33", "2606:50c0:8000::154"])
def test_public_addresses_are_fine(address: str) -> None:
    assert objection("ghcr.io", address) == ""


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::1", "::1")])
def test_loopback_is_fine_where_the_address_names_it(host: str, address: str) -> None:
    assert objection(host, address) == ""


def test_a_name_of_this_machine_means_this_machine() -> None:
    assert objection("localhost", "10.0.0.1", "localhost") == "forbidden-address"


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0:5000", "[fe80::1]:5000"])
def test_a_forbidden_address_is_never_connected_to(asker: Asker, host: str) -> None:
    assert refusal(asker(), source(host)).id == "forbidden-address"


def test_a_private_address_is_told_with_the_line_to_add(asker: Asker, names: dict[str, list[str]]) -> None:
    names["harbor.corp.example"] = ["10.1.2.3"]
    reason = refusal(asker(), source("harbor.corp.example:8443", plain_http=False))
    assert reason.id == "private-address"
    assert "private-hosts: [harbor.corp.example:8443]" in reason.mend


def test_a_name_that_leads_to_this_machine_is_refused(
    asker: Asker, double: RegistryDouble, names: dict[str, list[str]]
) -> None:
    names["rebound.example"] = ["127.0.0.1"]
    registry = asker(private_hosts=frozenset({"rebound.example"}))
    assert refusal(registry, source(f"rebound.example:{double.port}")).id == "forbidden-address"
    assert double.journal == []


def test_the_address_that_was_judged_is_the_one_connected_to(
    asker: Asker, double: RegistryDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look-up a connection: a second one could answer differently (DNS rebinding)."""
    looked_up: list[str] = []
    connected: list[str] = []
    real, real_connect = socket.getaddrinfo, WatchedSocket.connect

    def once(host: str, port: int, **settings: int) -> object:
        looked_up.append(host)
        return real("127.0.0.1", port, **settings)

    def connect(sock: WatchedSocket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        real_connect(sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    monkeypatch.setattr(WatchedSocket, "connect", connect)
    assert tags_of(asker(), source(f"localhost:{double.port}")) == ("1.0.0",)
    assert set(connected) == {"127.0.0.1"}
    assert len(looked_up) == len(connected)


def test_a_public_address_is_taken_where_a_private_one_stands_beside_it(
    asker: Asker, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["mixed.example"] = ["10.0.0.1", "140.82.121.33"]
    tried: list[str] = []

    def first(entries: list[tuple[object, object, object, object, tuple[str, int]]], _seconds: float) -> None:
        tried.extend(entry[4][0] for entry in entries)
        raise OSError

    monkeypatch.setattr(connections, "first_that_answers", first)
    refusal(asker(), source("mixed.example"))
    assert set(tried) == {"140.82.121.33"}


# --- redirects


@pytest.fixture
def secure(authority: Authority, names: dict[str, list[str]]) -> "RegistryDouble":
    return RegistryDouble(tls=authority.server_context(), name="registry.localhost")


def test_a_manifest_may_lie_on_another_host_and_no_login_goes_there(
    asker: Asker, secure: RegistryDouble, authority: Authority
) -> None:
    with secure, RegistryDouble(tls=authority.server_context(), name="other.localhost") as other:
        digest = other.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
        where = f"{other.url}/v2/charts/demo/manifests/1.0.0?signature=canary"
        secure.plan("/manifests/", reply(307, headers={"Location": where}))
        registry = asker(environment={"REQUESTS_CA_BUNDLE": str(authority.ca_path)})
        found = manifest_of(registry, source(secure.netloc, plain_http=False), "1.0.0")
        assert isinstance(found, ManifestFacts)
        assert found.digest == digest
        assert "authorization" not in other.journal[-1].headers


@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        ("https://169.254.169.254/latest/meta-data", "forbidden-address"),
        ("https://[::ffff:a9fe:a9fe]/", "forbidden-address"),
        ("https://10.0.0.1/", "private-address"),
        ("http://registry.localhost/", "bad-answer"),
        ("http://169.254.169.254/", "bad-answer"),
        ("file:///etc/passwd", "bad-answer"),
        ("https://user@registry.localhost/", "bad-answer"),
        ("https://[", "bad-answer"),
        ("", "bad-answer"),
    ],
)
def test_a_redirect_elsewhere_is_refused(
    asker: Asker, secure: RegistryDouble, authority: Authority, where: str, refusal: str
) -> None:
    with secure:
        secure.plan("/manifests/", reply(302, headers={"Location": where}))
        registry = asker(environment={"REQUESTS_CA_BUNDLE": str(authority.ca_path)})
        reason = manifest_of(registry, source(secure.netloc, plain_http=False), "1.0.0")
        assert isinstance(reason, Reason)
        assert reason.id == refusal


def test_redirects_without_end_end(asker: Asker, double: RegistryDouble) -> None:
    double.plan("/manifests/", reply(302, headers={"Location": "/v2/charts/demo/manifests/1.0.0"}))
    reason = manifest_of(asker(), source(double.netloc), "1.0.0")
    assert isinstance(reason, Reason)
    assert reason.id == "bad-answer"
    assert len(double.asked_for("/manifests/")) == 4


def test_a_tag_list_is_never_redirected(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, reply(302, headers={"Location": f"/v2/charts/demo/{TAGS}?p=2"}), times=1)
    assert "redirect" in refusal(asker(), source(double.netloc)).sentence
