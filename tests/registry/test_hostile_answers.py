"""Registries that fail, lie, or never end: a reason of that chart, nothing lost elsewhere. Threats 11, 13, 14."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from doubles.charts import digest_of_tag, manifest_of, no_progress, refusal, source, tags_of
from doubles.patience import Patience
from doubles.registry import (
    Action,
    RegistryDouble,
    Wire,
    drip,
    json_reply,
    link,
    raw,
    reply,
    silent,
)
from msgspec.structs import replace

from bot.demo.charts import SampleChart
from bot.demo.registry import Asked, DemoRegistry, Reply
from bot.model.charts import ManifestFacts, TagList, Unreachable
from bot.reason import Reason
from bot.registry.adapter import OciRegistry
from bot.registry.limits import Limits

Asker = Callable[..., OciRegistry]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TAGS = "tags/list"


def endless_headers(wire: Wire) -> None:
    wire.write(HEAD)
    for number in range(10_000):
        wire.write(b"X-%d: x\r\n" % number)


def endless_line(wire: Wire) -> None:
    wire.write(HEAD + b"X-Long: " + b"x" * 200_000)


def truncated(wire: Wire) -> None:
    wire.write(HEAD + b'Content-Length: 5000\r\n\r\n{"tags": [')


def gone(wire: Wire) -> None:
    del wire


def gzip_bomb() -> Action:
    body = gzip.compress(b'{"tags": ["' + b"a" * 60_000_000)
    return reply(headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}, body=body)


NOT_TAGS = {
    "html": reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=b"<html>Sign in</html>"),
    "no JSON": reply(body=b"hello"),
    "not UTF-8": reply(body=b'{"tags": ["\xff"]}'),
    "empty": reply(),
    "deep": json_reply('{"tags": ' + "[" * 200_000 + "]" * 200_000 + "}"),
    "huge number": json_reply('{"tags": [' + "1" * 5_000 + "]}"),
    "no tags": json_reply('{"errors": [{"code": "DENIED", "message": "canary"}]}'),
    "a text": json_reply('{"tags": "abc"}'),
    "an object": json_reply('{"tags": {"a": 1}}'),
    "a list": json_reply('["1.0.0"]'),
    "status": reply(418, body=b'{"errors": [{"code": "TEAPOT", "message": "canary"}]}'),
    "headers without end": raw(endless_headers),
    "a header without end": raw(endless_line),
    "gzip bomb": gzip_bomb(),
    "too many bytes": json_reply('{"tags": ["' + '1.0.0","' * 7_000_000 + '1"]}'),
    "redirect": reply(302, headers={"Location": "https://other.example/v2/x/tags/list"}),
}
BROKEN_OFF = ("headers without end", "a header without end")
"""Of these: the connection is given up before there is an answer."""


@pytest.mark.parametrize("name", NOT_TAGS)
def test_an_answer_that_is_no_tag_list_is_a_reason(asker: Asker, double: RegistryDouble, name: str) -> None:
    double.add("charts/good", SampleChart(name="good", version="1.0.0"))
    double.plan(f"charts/demo/{TAGS}", NOT_TAGS[name])
    bad, good = source(double.netloc), source(double.netloc, "charts/good")
    found = asker().tags([bad, good], no_progress)
    assert isinstance(found[good], TagList)
    outcome = found[bad]
    assert isinstance(outcome, Unreachable)
    assert outcome.reason.id == ("unreachable" if name in BROKEN_OFF else "bad-answer")
    assert "canary" not in str(outcome.reason)


def test_only_the_error_code_of_a_foreign_body_is_shown(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, NOT_TAGS["status"])
    assert "status 418 (TEAPOT)" in refusal(asker(), source(double.netloc)).sentence


def test_a_bomb_is_never_held_in_memory(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, NOT_TAGS["gzip bomb"])
    registry = asker(limits=replace(Limits(attempts=1), page_bytes=200_000))
    tracemalloc.start()
    try:
        assert refusal(registry, source(double.netloc)).id == "bad-answer"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_we_ask_for_no_compression_and_send_no_cookie_back(asker: Asker, double: RegistryDouble) -> None:
    double.plan("^/v2/$", reply(headers={"Set-Cookie": "session=1; Path=/"}))
    tags_of(asker(), source(double.netloc))
    assert {one.headers["accept-encoding"] for one in double.journal} == {"identity"}
    assert all("cookie" not in one.headers for one in double.journal)


@pytest.mark.parametrize(
    "head",
    [b"", HEAD + b"X-Slow: ", HEAD + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 100 C\r\n"],
)
def test_a_dripping_server_meets_the_deadline(asker: Asker, double: RegistryDouble, head: bytes) -> None:
    double.plan(TAGS, drip(double, head))
    reason = refusal(asker(), source(double.netloc))
    assert reason.id == "unreachable"
    assert len(double.asked_for(TAGS)) <= 3


def test_a_body_that_drips_is_told_as_late(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, drip(double, HEAD + b"\r\n"))
    assert "no complete answer came in time" in refusal(asker(), source(double.netloc)).sentence


def test_a_silent_server_meets_the_deadline_once(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, silent(double))
    assert "no complete answer came in time" in refusal(asker(), source(double.netloc)).sentence
    assert len(double.asked_for(TAGS)) == 1


def test_a_host_that_is_silent_from_the_start_costs_one_question(asker: Asker, double: RegistryDouble) -> None:
    double.plan("", silent(double))
    charts = [source(double.netloc, f"charts/c{number}") for number in range(50)]
    found = asker().tags(charts, no_progress)
    assert all(isinstance(answer, Unreachable) for answer in found.values())
    assert len(double.journal) == 1


def test_a_host_that_dies_in_the_middle_is_given_up(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, reply(503))
    charts = [source(double.netloc, f"charts/c{number}") for number in range(200)]
    registry = asker(limits=Limits(workers=2, attempts=2))
    assert all(isinstance(answer, Unreachable) for answer in registry.tags(charts, no_progress).values())
    assert len(double.asked_for(TAGS)) <= 2 * (8 + 2)


@pytest.mark.parametrize("action", [raw(truncated), raw(gone), reply(503), reply(502), reply(504)])
def test_a_passing_trouble_is_asked_again(asker: Asker, double: RegistryDouble, action: Action) -> None:
    double.plan(TAGS, action, times=2)
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0",)
    assert len(double.asked_for(TAGS)) == 3


@pytest.mark.parametrize("action", [raw(truncated), raw(gone), reply(503)])
def test_a_lasting_trouble_is_unreachable(asker: Asker, double: RegistryDouble, action: Action) -> None:
    double.plan(TAGS, action)
    assert refusal(asker(), source(double.netloc)).id == "unreachable"
    assert len(double.asked_for(TAGS)) == 3


def test_retry_after_in_seconds_is_waited_for(asker: Asker, double: RegistryDouble, patience: Patience) -> None:
    double.plan(TAGS, reply(429, headers={"Retry-After": "2"}), times=1)
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0",)
    assert [2.0 <= wait <= 2.5 for wait in patience.slept] == [True]


def test_retry_after_as_a_date_is_waited_for(asker: Asker, double: RegistryDouble, patience: Patience) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    double.plan(TAGS, reply(503, headers={"Retry-After": date}), times=1)
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0",)
    assert [1.0 <= wait <= 5.0 for wait in patience.slept] == [True]


def test_a_host_that_rate_limits_for_long_is_given_up_and_others_go_on(
    asker: Asker, double: RegistryDouble, patience: Patience
) -> None:
    with RegistryDouble() as other:
        other.add("charts/demo", SampleChart(name="demo", version="2.0.0"))
        double.plan(TAGS, reply(429, headers={"Retry-After": "21600"}))
        limited = [source(double.netloc, f"charts/c{number}") for number in range(100)]
        found = asker(limits=Limits(workers=2)).tags([*limited, source(other.netloc)], no_progress)
        assert isinstance(found[source(other.netloc)], TagList)
        reasons = [answer.reason for answer in found.values() if isinstance(answer, Unreachable)]
        assert {reason.id for reason in reasons} == {"rate-limited"}
        assert len(reasons) == 100
        assert len(double.asked_for(TAGS)) <= 2
        assert patience.slept == []


def test_429_at_every_attempt_gives_the_host_up(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, reply(429))
    registry = asker()
    assert refusal(registry, source(double.netloc)).id == "rate-limited"
    asked = len(double.asked_for(TAGS))
    assert refusal(registry, source(double.netloc, "charts/other")).id == "rate-limited"
    assert len(double.asked_for(TAGS)) == asked


def test_a_429_halves_the_workers_of_its_host(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, reply(429, headers={"Retry-After": "0"}), times=1)
    registry = asker(limits=Limits(workers=8))
    tags_of(registry, source(double.netloc))
    (host,) = registry._hosts._hosts.values()
    assert host.most == 4


# --- pages


def test_pages_are_followed_to_the_end_also_over_an_empty_one(asker: Asker, double: RegistryDouble) -> None:
    pages = {
        "": link(f"/v2/charts/demo/{TAGS}?p=2"),
        "2": link(f"/v2/charts/demo/{TAGS}?p=3", tags="[]"),
        "3": json_reply('{"tags": ["3.0.0"]}'),
    }
    double.plan(TAGS, lambda asked: pages[asked.query.get("p", "")](asked))
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0", "3.0.0")


def test_the_next_page_is_asked_for_as_the_registry_wrote_it(asker: Asker, double: RegistryDouble) -> None:
    target = f"/v2/charts/demo/{TAGS}?last=opaque%2Bvalue%3D&n=1000"
    double.plan(TAGS, link(target), times=1)
    tags_of(asker(), source(double.netloc))
    assert double.asked_for(TAGS)[1].query == {"last": "opaque+value=", "n": "1000"}


def test_a_next_page_on_another_host_is_refused(asker: Asker, double: RegistryDouble) -> None:
    with RegistryDouble() as other:
        for target in (f"{other.url}/v2/charts/demo/{TAGS}", f"//{other.netloc}/v2/x", "ftp://x/y", "http://u@x/"):
            double.faults.clear()
            double.plan(TAGS, link(target))
            assert "another host" in refusal(asker(), source(double.netloc)).sentence
        assert other.journal == []


def test_an_absolute_link_to_the_same_host_is_followed_on_our_own_connection(
    asker: Asker, double: RegistryDouble
) -> None:
    double.plan(TAGS, link(f"http://127.0.0.1/v2/charts/demo/{TAGS}?p=2"), times=1)
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0",)
    assert double.asked_for(TAGS)[1].query == {"p": "2"}


def test_pages_in_a_circle_end(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, link(f"/v2/charts/demo/{TAGS}?p=1"))
    assert "circle" in refusal(asker(), source(double.netloc)).sentence
    assert len(double.asked_for(TAGS)) == 2


def _endless(asked: Asked) -> Reply:
    page = int(asked.query.get("p", "0"))
    following = f'</v2/charts/demo/{TAGS}?p={page + 1}>; rel="next"'
    return Reply(headers={"Link": following}, body=json.dumps({"tags": [f"1.{page}.0"]}).encode())


def _still(asked: Asked) -> Reply:
    following = _endless(asked).headers
    return Reply(headers=following, body=b'{"tags": ["1.0.0"]}')


def test_pages_without_end_end(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, _endless)
    assert "more than 20 pages" in refusal(asker(limits=Limits(pages=20)), source(double.netloc)).sentence
    assert len(double.asked_for(TAGS)) == 20


def test_all_pages_together_are_capped_too(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, _endless)
    assert "bytes" in refusal(asker(limits=Limits(listing_bytes=100)), source(double.netloc)).sentence


def test_pages_that_bring_nothing_new_end(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, _still)
    assert "without a new tag" in refusal(asker(), source(double.netloc)).sentence
    assert len(double.asked_for(TAGS)) == 4


@pytest.mark.parametrize("status", [400, 405])
def test_a_page_size_that_is_refused_is_left_out(asker: Asker, double: RegistryDouble, status: int) -> None:
    def strict(asked: Asked) -> Reply | None:
        return Reply(status=status) if "n" in asked.query else None

    double.plan(TAGS, strict)
    assert tags_of(asker(), source(double.netloc)) == ("1.0.0",)


@pytest.mark.parametrize("mark", [{"X-JFrog-Version": "7"}, {"X-Artifactory-Id": "x"}, {"Server": "Nexus/3.70"}])
def test_artifactory_and_nexus_keep_our_path(asker: Asker, double: RegistryDouble, mark: dict[str, str]) -> None:
    headers = {"Link": f'<http://inside:8081/v2/lost/{TAGS}?last=1.0.0&n=1>; rel="next"', **mark}
    double.plan(TAGS, reply(headers=headers, body=b'{"tags": ["1.0.0"]}'), times=1)
    tags_of(asker(), source(double.netloc))
    second = double.asked_for(TAGS)[1]
    assert (second.path, second.query) == (f"/v2/charts/demo/{TAGS}", {"last": "1.0.0", "n": "1"})


def test_no_tags_at_all_is_an_empty_list(asker: Asker, double: RegistryDouble) -> None:
    double.plan(TAGS, json_reply('{"name": "x", "tags": null}'))
    assert tags_of(asker(), source(double.netloc)) == ()


def test_tags_outside_the_grammar_are_none(asker: Asker, double: RegistryDouble) -> None:
    evil = ["1.0.0", '1.2.3"\n  insecure: true', "a/b", "-x", "", "x" * 129, "\uff11.0", 5, None, ["1.0.0"], "1.0.0"]
    double.plan(TAGS, json_reply(json.dumps({"tags": evil})))
    chart = source(double.netloc)
    assert asker().tags([chart], no_progress)[chart] == TagList(tags=("1.0.0",))


# --- manifests and digests


def test_a_digest_header_that_is_missing_or_odd_is_replaced_by_our_own_hash(
    asker: Asker, double: RegistryDouble
) -> None:
    digest = double.repositories["charts/demo"].tags["1.0.0"]
    for odd in ({}, {"Docker-Content-Digest": "sha512:00"}, {"Docker-Content-Digest": "sha256:xyz"}):
        double.faults.clear()
        double.plan("/manifests/", _only_head(reply(headers=odd)))
        assert digest_of_tag(asker(), source(double.netloc), "1.0.0") == digest


def test_a_registry_that_does_not_know_head_is_asked_with_get(asker: Asker, double: RegistryDouble) -> None:
    double.plan("/manifests/", _only_head(reply(405)))
    digest = double.repositories["charts/demo"].tags["1.0.0"]
    assert digest_of_tag(asker(), source(double.netloc), "1.0.0") == digest


def test_a_manifest_that_is_not_what_its_digest_says_is_refused(asker: Asker, double: RegistryDouble) -> None:
    double.plan("/manifests/", json_reply("{}", Docker_Content_Digest="sha256:" + "0" * 64))
    reason = manifest_of(asker(), source(double.netloc), "1.0.0")
    assert isinstance(reason, Reason)
    assert reason.id == "bad-answer"


@pytest.mark.parametrize(
    "body", ["{}", '{"annotations": null}', '{"annotations": {"org.opencontainers.image.version": 5}}']
)
def test_a_manifest_without_a_version_says_so(asker: Asker, double: RegistryDouble, body: str) -> None:
    double.plan("/manifests/", json_reply(body))
    found = manifest_of(asker(), source(double.netloc), "1.0.0")
    assert isinstance(found, ManifestFacts)
    assert found.version == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.123456789Z", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        ("9" * 300, None),
    ],
)
def test_the_age_that_a_manifest_tells_is_a_date_or_nothing(
    asker: Asker, double: RegistryDouble, text: str, expected: datetime | None
) -> None:
    double.plan("/manifests/", json_reply(f'{{"annotations": {{"org.opencontainers.image.created": "{text}"}}}}'))
    found = manifest_of(asker(), source(double.netloc), "1.0.0")
    assert isinstance(found, ManifestFacts)
    assert found.created == expected


def test_manifests_are_asked_for_with_every_type_a_chart_may_have(asker: Asker, double: RegistryDouble) -> None:
    manifest_of(asker(), source(double.netloc), "1.0.0")
    (asked,) = double.asked_for("/manifests/")
    assert asked.headers["accept"].count("application/vnd.") == 4


def _only_head(action: Action) -> Action:
    return lambda asked: action(asked) if asked.method == "HEAD" else None


def test_the_demo_registry_pages_like_a_real_one() -> None:
    with DemoRegistry(page_size=2) as registry:
        for version in ("1.0.0", "2.0.0", "3.0.0"):
            registry.add("x", SampleChart(name="x", version=version))
        asked = Asked(method="GET", path="/v2/x/tags/list", query={"n": "1000"}, headers={}, body=b"")
        assert registry.answer(asked).headers["Link"] == '</v2/x/tags/list?last=2.0.0&n=2>; rel="next"'
