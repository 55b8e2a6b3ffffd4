"""Proxies, certificates, and the files that HTTP libraries read unasked. Threats 10 and 12."""

import base64
import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.certificates import Authority
from doubles.charts import refusal, source, tags_of
from doubles.http_proxy import ProxyDouble
from doubles.registry import Basic, RegistryDouble, TokenService

from bot.demo.charts import SampleChart
from bot.errors import UsageError
from bot.registry.adapter import OciRegistry
from bot.registry.network import Network
from bot.registry.origins import Origin

Asker = Callable[..., OciRegistry]
HOST = "harbor.corp.example"
LOGIN = Basic(username="ann", password="canary-password")


def login_for(host: str) -> dict[str, str]:
    auth = LOGIN.header.removeprefix("Basic ")
    return {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: {"auth": auth}}})}


@pytest.fixture
def corporate(authority: Authority) -> RegistryDouble:
    registry = RegistryDouble(tls=authority.server_context(), name=HOST)
    registry.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
    return registry


def test_https_goes_through_the_proxy_and_its_login_with_it(
    asker: Asker, corporate: RegistryDouble, authority: Authority
) -> None:
    with corporate, ProxyDouble(corporate.port) as proxy:
        environment = {
            "HTTPS_PROXY": proxy.url.replace("//", "//proxy%20user:canary-proxy@"),
            "SSL_CERT_FILE": str(authority.ca_path),
        }
        assert tags_of(asker(environment=environment), source(HOST, plain_http=False)) == ("1.0.0",)
        expected = base64.b64encode(b"proxy user:canary-proxy").decode()
        assert all(head.startswith(f"CONNECT {HOST}:443 ") and expected in head for head in proxy.heads)
        assert all("proxy-authorization" not in asked.headers for asked in corporate.journal)


def test_the_login_of_a_registry_never_reaches_the_proxy(
    asker: Asker, corporate: RegistryDouble, authority: Authority
) -> None:
    corporate.auth = LOGIN
    with corporate, ProxyDouble(corporate.port) as proxy:
        environment = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(authority.ca_path), **login_for(HOST)}
        assert tags_of(asker(environment=environment), source(HOST, plain_http=False)) == ("1.0.0",)
        assert all("uthorization" not in head for head in proxy.heads)


def test_plain_http_goes_through_its_proxy_without_any_login(asker: Asker) -> None:
    with RegistryDouble(name=HOST, auth=LOGIN) as registry, ProxyDouble(registry.port) as proxy:
        environment = {"HTTP_PROXY": proxy.url, **login_for(HOST), **login_for(f"http://{HOST}:80")}
        reason = refusal(asker(environment=environment), source(HOST))
        assert reason.id == "login-over-http"
        assert proxy.heads
        assert all("uthorization" not in head for head in proxy.heads)


def test_a_token_service_over_plain_http_is_never_shown_a_login(asker: Asker) -> None:
    service = TokenService(realm=f"http://{HOST}/token", public=frozenset({"charts/demo"}), login=LOGIN)
    with RegistryDouble(name=HOST, auth=service) as registry, ProxyDouble(registry.port) as proxy:
        registry.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
        environment = {"HTTP_PROXY": proxy.url, **login_for(HOST), **login_for(f"{HOST}:80")}
        asking = asker(environment=environment)
        assert tags_of(asking, source(HOST)) == ("1.0.0",)
        assert refusal(asking, source(HOST, "charts/private")).id == "login-over-http"
        assert all("Basic" not in head for head in proxy.heads)


def test_a_metadata_address_is_not_asked_for_through_a_proxy(asker: Asker, double: RegistryDouble) -> None:
    with ProxyDouble(double.port) as proxy:
        reason = refusal(asker(environment={"HTTP_PROXY": proxy.url}), source("169.254.169.254"))
        assert reason.id == "forbidden-address"
        assert proxy.heads == []


def test_a_private_authority_is_trusted_when_the_environment_names_it(
    asker: Asker, authority: Authority, names: dict[str, list[str]]
) -> None:
    with RegistryDouble(tls=authority.server_context(), name="registry.localhost") as registry:
        registry.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
        chart = source(registry.netloc, plain_http=False)
        for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            assert tags_of(asker(environment={name: str(authority.ca_path)}), chart) == ("1.0.0",)
        reason = refusal(asker(), chart)
        assert "certificate is not trusted" in reason.sentence
        assert "REQUESTS_CA_BUNDLE" in reason.sentence


def test_a_certificate_of_another_name_is_refused(
    asker: Asker, authority: Authority, monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]
) -> None:
    with RegistryDouble(tls=authority.server_context(), name="stranger.localhost") as registry:
        reason = refusal(
            asker(environment={"SSL_CERT_FILE": str(authority.ca_path)}), source(registry.netloc, plain_http=False)
        )
        assert "certificate is not trusted" in reason.sentence
        assert registry.journal == []


def test_tls_where_there_is_none_is_a_reason(asker: Asker, double: RegistryDouble) -> None:
    assert refusal(asker(), source(double.netloc, plain_http=False)).id == "unreachable"


def test_certificates_that_cannot_be_read_are_an_error_of_the_call(asker: Asker, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.pem"):
        refusal(
            asker(environment={"SSL_CERT_FILE": str(tmp_path / "missing.pem")}),
            source("127.0.0.1:9", plain_http=False),
        )


@pytest.mark.parametrize("text", ["socks5://x:1080", "http://", "http://host:port"])
def test_a_proxy_that_cannot_be_used_is_an_error_of_the_call(text: str) -> None:
    with pytest.raises(UsageError, match="HTTPS_PROXY"):
        Network.from_environment({"HTTPS_PROXY": text})


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        ("corp.example", True),
        (".corp.example", True),
        ("*.corp.example", True),
        ("harbor.corp.example:443", True),
        ("harbor.corp.example:8443", False),
        ("other.example, corp.example", True),
        ("*", True),
        ("rp.example", False),
        ("", False),
        (",", False),
    ],
)
def test_no_proxy_names_what_is_reached_directly(no_proxy: str, *, direct: bool) -> None:
    network = Network.from_environment({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": no_proxy})
    assert (network.proxy_for(Origin(scheme="https", host=HOST, port=443)) is None) is direct


def test_no_proxy_takes_ranges_of_addresses() -> None:
    network = Network.from_environment({"https_proxy": "proxy:3128", "no_proxy": "10.0.0.0/8"})
    assert network.proxy_for(Origin(scheme="https", host="10.1.2.3", port=443)) is None
    assert network.proxy_for(Origin(scheme="https", host="11.1.2.3", port=443)) is not None


def test_this_machine_is_never_asked_through_a_proxy() -> None:
    network = Network.from_environment({"ALL_PROXY": "http://proxy:3128"})
    assert network.proxy_for(Origin(scheme="http", host="localhost", port=80)) is None
    assert network.proxy_for(Origin(scheme="http", host=HOST, port=80)) is not None


def test_netrc_and_the_process_environment_are_not_read(
    asker: Asker, double: RegistryDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ann password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    tags_of(asker(), source(double.netloc))
    assert all("authorization" not in asked.headers for asked in double.journal)


def test_tls_is_verified_and_modern() -> None:
    context = Network.from_environment({}).tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
