"""A canary in every credential, every fault in the plan, debug logging on: it appears nowhere. Threat 19."""

import base64
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest
from doubles.charts import no_progress, source
from doubles.http_proxy import ProxyDouble
from doubles.registry import Action, Basic, RegistryDouble, TokenService, drip, link, raw, reply, silent

from bot.demo.charts import SampleChart
from bot.registry import adapter
from bot.registry.adapter import OciRegistry
from bot.registry.failures import RegistryError
from bot.registry.limits import Limits

Asker = Callable[..., OciRegistry]

HURRIED = Limits(idle_seconds=0.1, request_seconds=0.2, attempts=2, first_wait_seconds=0.01)
CANARY = "canary/+secret="
LOGIN = Basic(username="ann", password=CANARY)
FORMS = (
    CANARY,
    quote(CANARY, safe=""),
    quote(CANARY),
    base64.b64encode(CANARY.encode()).decode().rstrip("="),
    LOGIN.header.removeprefix("Basic ").rstrip("="),
    "token-1-for",
    "token-2-for",
)
SIGNED = f"?signature={quote(CANARY, safe='')}"
DEAD = "https://127.0.0.1:9/blob" + SIGNED


def faults(double: RegistryDouble) -> dict[str, Action]:
    head = b"HTTP/1.1 200 OK\r\n"
    return {
        "none": lambda _: None,
        "401": reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'}),
        "403": reply(403, body=CANARY.encode()),
        "404": reply(404, body=CANARY.encode()),
        "429": reply(429, headers={"Retry-After": "9999"}),
        "503": reply(503, body=CANARY.encode()),
        "silent": silent(double),
        "drip": drip(double, head + b"\r\n"),
        "truncated": raw(lambda wire: void(wire.write(head + b"Content-Length: 9\r\n\r\nx"))),
        "headers": raw(lambda wire: void(wire.write(head + b"x: y\r\n" * 500))),
        "no HTTP": raw(lambda wire: void(wire.write(CANARY.encode()))),
        "redirect": reply(307, headers={"Location": DEAD}),
        "link": link(f"/v2/charts/demo/tags/list{SIGNED}"),
        "foreign link": link(DEAD),
        "bad link": link(f"https://[{CANARY}"),
    }


FAULTS = (
    "none",
    "401",
    "403",
    "404",
    "429",
    "503",
    "silent",
    "drip",
    "truncated",
    "headers",
    "no HTTP",
    "redirect",
    "link",
    "foreign link",
    "bad link",
)


def void(_: object) -> None:
    return None


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every exception that ends a question, with its whole chain."""
    seen: list[str] = []
    real = adapter._unreachable

    def remember(chart: object, question: object, error: RegistryError) -> object:
        seen.extend(traceback.format_exception(error))
        return real(chart, question, error)  # type: ignore[arg-type]  # passed through as they come

    monkeypatch.setattr(adapter, "_unreachable", remember)
    return seen


def everything(registry: OciRegistry, netloc: str) -> str:
    chart = source(netloc)
    outcomes = (
        registry.tags([chart], no_progress),
        registry.digests([(chart, "1.0.0")], no_progress),
        registry.manifests([(chart, "1.0.0")], no_progress),
    )
    return f"{outcomes} {vars(registry)}"


@pytest.mark.parametrize("where", ["/v2/", "^/v2/$", "tags/list", "/manifests/", "^/token"])
@pytest.mark.parametrize("scheme", ["token", "identity", "basic"])
def test_no_secret_is_shown_whatever_fails(
    asker: Asker, told: list[str], caplog: pytest.LogCaptureFixture, where: str, scheme: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in FAULTS:
        auth: Basic | TokenService = LOGIN if scheme == "basic" else TokenService(login=LOGIN, identity_token=CANARY)
        with RegistryDouble(auth=auth) as double:
            double.add("charts/demo", SampleChart(name="demo", version="1.0.0"))
            double.plan(where, faults(double)[name])
            entry = {"identitytoken": CANARY} if scheme == "identity" else {"auth": LOGIN.header.removeprefix("Basic ")}
            environment = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {double.netloc: entry}})}
            text = everything(asker(environment=environment, limits=HURRIED), double.netloc)
        shown = "\n".join([text, *told, *(record.getMessage() for record in caplog.records)])
        assert not [form for form in FORMS if form in shown], (name, where)


def test_no_secret_of_a_proxy_is_shown(asker: Asker, told: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with RegistryDouble() as double, ProxyDouble(double.port) as proxy:
        for address in (proxy.url, "http://127.0.0.1:9"):
            environment = {"HTTP_PROXY": address.replace("//", f"//ann:{quote(CANARY, safe='')}@")}
            text = everything(asker(environment=environment), "harbor.corp.example")
            shown = "\n".join([text, *told, caplog.text])
            assert not [form for form in FORMS if form in shown]


def test_debug_logging_tells_method_host_path_and_status(
    asker: Asker, double: RegistryDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    everything(asker(), double.netloc)
    assert f"GET http://{double.netloc}/v2/charts/demo/tags/list: 200" in caplog.messages


def test_what_is_sent_cannot_be_printed() -> None:
    from bot.model.secret import Secret
    from bot.registry.authentication import Grant
    from bot.registry.exchange import Request
    from bot.registry.origins import Origin

    grant = Grant(scheme="Bearer", value=Secret(CANARY))
    origin = Origin(scheme="https", host="a", port=443)
    request = Request(origin=origin, method="POST", target="/", cap=1, headers=grant.headers(), body=CANARY)
    assert CANARY not in f"{grant!r} {request!r}"
