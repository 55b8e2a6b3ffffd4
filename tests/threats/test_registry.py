"""Threats 10, 11 and 14: what a registry, or its network, can answer to be taken elsewhere or for another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from doubles.command_line import release
from doubles.ground import Ground
from doubles.registry import JSON, Basic, json_reply, reply

from bot.demo.charts import SampleChart
from bot.registry.answers import Answer
from bot.registry.client import _location
from bot.registry.failures import UnansweredError
from bot.registry.origins import Origin

DEV = "flux-chart-bot/dev/all"


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1:6443/", "https://localhost/", "https://[::1]/", "https://x.localhost/"]
)
def test_no_registry_elsewhere_sends_us_to_this_machine(target: str) -> None:
    """The address rule lets this machine pass where the address names it: a manifest's does, a redirect's must not."""
    elsewhere = Origin(scheme="https", host="registry.example", port=443)
    answer = Answer(origin=elsewhere, status_code=307, headers={"Location": target}, body=b"")
    with pytest.raises(UnansweredError) as caught:
        _location(answer)
    assert "the machine that asks" in caught.value.reason.sentence
    here = Origin(scheme="https", host="localhost", port=5000)
    assert _location(Answer(origin=here, status_code=307, headers={"Location": target}, body=b""))


def oci(netloc: str, ref: str, name: str = "podinfo") -> str:
    return (
        f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: {name}, namespace: x}}\n"
        f"spec:\n  insecure: true\n  url: oci://{netloc}/charts/{name}\n"
        "  layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip}\n"
        f"  ref: {ref}\n"
    )


def test_a_manifest_whose_head_lies_about_its_digest_is_not_written(ground: Ground) -> None:
    other = b'{"schemaVersion": 2, "annotations": {"org.opencontainers.image.version": "1.3.0"}}'
    good = ground.registry.add("charts/podinfo", SampleChart(name="podinfo", version="1.2.3"))
    lie = {**JSON, "Docker-Content-Digest": f"sha256:{'b' * 64}"}
    ground.registry.plan(r"charts/podinfo/manifests/1\.3\.0", reply(headers=lie, body=other))
    ground.fleet({"apps/dev/podinfo.yaml": oci(ground.registry.netloc, f'{{tag: 1.2.3, digest: "{good}"}}')})
    said = ground.update("--json", ground.folder / "plan.json")
    assert said.code == 0, said
    assert "bad-answer" in {
        row["decision"].get("reason", {}).get("id") for row in plan(ground) if row["chart"].endswith("podinfo")
    }
    assert set(ground.changed(DEV)) == {"apps/dev/redis.yaml"}, "its neighbour goes on"


def plan(ground: Ground) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(Path(ground.folder / "plan.json").read_text())["verdicts"]
    return rows


def test_what_is_written_as_a_digest_is_the_hash_of_bytes_that_came(ground: Ground) -> None:
    """Another repository's manifest under our tag is at least named by its own digest, whatever the head says."""
    other = b'{"schemaVersion": 2, "config": {}}'
    good = ground.registry.add("charts/podinfo", SampleChart(name="podinfo", version="1.2.3"))
    ground.registry.plan(r"charts/podinfo/manifests/1\.3\.0", json_reply(other.decode()))
    ground.fleet({"apps/dev/podinfo.yaml": oci(ground.registry.netloc, f'{{tag: 1.2.3, digest: "{good}"}}')})
    assert ground.update().code == 0
    written = ground.changed(DEV)["apps/dev/podinfo.yaml"][0]
    assert f"sha256:{hashlib.sha256(other).hexdigest()}".encode() in written


@pytest.mark.parametrize(
    "tag",
    [
        '1.9.0"\n  insecure: true',
        "1.9.0\n::error::x",
        "1.9.0@sha256:" + "a" * 64,
        "../../other/manifests/1.9.0",
        "1.9.0?x=y",
        "1.9.0#",
        " 1.9.0",
        "\uff11.9.0",
        "1.9.0-" + "a" * 200,
        "18446744073709551616.0.0",
        "1.9.0\u0000",
        "1.9.0\u202e",
        "-1.9.0",
        "${VERSION}1.9.0",
        "{{1.9.0}}",
    ],
)
def test_a_tag_outside_the_grammar_is_never_proposed_nor_shown_raw(ground: Ground, tag: str) -> None:
    ground.registry.plan("charts/podinfo/tags/list", json_reply(json.dumps({"tags": ["1.2.3", tag, "1.2.4"]})))
    ground.fleet()
    said = ground.update("--diff", GITHUB_ACTIONS="true")
    assert said.code == 0, said
    assert b"version: 1.2.4\n" in ground.changed(DEV)["apps/dev/podinfo.yaml"][0]
    assert "9.0" not in said.out + said.err


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "//169.254.169.254/x",
        "http://169.254.169.254/",
        "https://user:pw@{host}/x",
        "ftp://{host}/x",
        "https://[",
    ],
)
def test_a_next_page_elsewhere_is_never_asked_for(ground: Ground, link: str) -> None:
    where = link.replace("{host}", ground.registry.netloc)
    ground.registry.plan(
        "charts/podinfo/tags/list", json_reply('{"tags": ["1.2.3", "1.2.4"]}', Link=f'<{where}>; rel="next"')
    )
    ground.fleet()
    said = ground.run("scan", "--base", "--remote", ground.remote, "--json", "-")
    assert said.decisions()["podinfo"] == "bad-answer"
    assert said.decisions()["redis"] == "update"


def test_a_login_for_one_path_is_not_sent_for_another_that_a_page_links_to(ground: Ground) -> None:
    """Logins may be kept for a path (Podman's form); a page of one chart leads to the tags of a chart beside it."""
    login = Basic(username="ann", password="CANARY-pw")
    ground.registry.auth = login
    there = "/v2/private/secret/tags/list"
    ground.registry.plan(
        r"charts/podinfo/tags/list",
        lambda asked: (
            None
            if asked.headers.get("authorization") != login.header
            else json_reply('{"tags": ["1.2.3"]}', Link=f'<{there}>; rel="next"')(asked)
        ),
    )
    ground.registry.plan("private/secret", json_reply('{"tags": ["1.9.9"]}'))
    auths = {"auths": {f"{ground.registry.netloc}/charts": {"auth": login.header.removeprefix("Basic ")}}}
    ground.fleet({"apps/dev/podinfo.yaml": release("podinfo")})
    said = ground.run("scan", "--base", "--remote", ground.remote, "--json", "-", DOCKER_AUTH_CONFIG=json.dumps(auths))
    assert ground.registry.asked_for("charts/podinfo/tags/list"), said
    assert not ground.registry.asked_for("private/secret")
