import gzip
import json
from collections.abc import Callable

import pytest
from doubles.charts import refusal, source, tags_of
from doubles.registry import RegistryDouble, reply

from bot.registry.adapter import OciRegistry
from bot.registry.deadlines import WatchedSocket
from bot.registry.limits import Limits
from bot.registry.messages import Headers

Asker = Callable[..., OciRegistry]


def test_a_header_is_found_in_any_case_and_is_one_however_often_it_was_sent() -> None:
    headers = Headers([("WWW-Authenticate", "Basic"), ("Content-Type", "x"), ("www-authenticate", "Bearer")])

    assert headers.get("Www-Authenticate") == "Basic, Bearer"
    assert "content-type" in headers
    assert headers.get("Link") is None
    assert (len(headers), list(headers)) == (2, ["www-authenticate", "content-type"])


def test_an_answer_that_is_compressed_unasked_is_read(asker: Asker, double: RegistryDouble) -> None:
    body = gzip.compress(json.dumps({"tags": ["1.0.0", "1.1.0"]}).encode())
    double.plan(
        "/tags/list", reply(headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}, body=body)
    )

    assert tags_of(asker(), source(double.netloc)) == ("1.0.0", "1.1.0")


def test_an_answer_whose_compression_is_broken_is_none(asker: Asker, double: RegistryDouble) -> None:
    double.plan("/tags/list", reply(headers={"Content-Encoding": "gzip"}, body=b"no gzip"))

    assert "its compression is broken" in str(refusal(asker(), source(double.netloc)))


def test_a_connection_is_kept_for_the_next_question(
    asker: Asker, double: RegistryDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    connect = WatchedSocket.connect

    def counted(sock: WatchedSocket, address: tuple[str, int]) -> None:
        connected.append(address)
        connect(sock, address)

    monkeypatch.setattr(WatchedSocket, "connect", counted)
    registry = asker(limits=Limits(workers=1))
    for _ in range(3):
        tags_of(registry, source(double.netloc))

    assert len(double.journal) == 4, "a greeting and three lists"
    assert len(connected) <= 2  # the greeting's, and one that was opened meanwhile
