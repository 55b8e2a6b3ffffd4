"""The address table of threat 11, and Flux's two readers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flux.address import join_chart, parse_chart_url, uses_plain_http
from bot.model.charts import ChartAddress
from bot.reason import Reason
from bot.reasons import BAD_ADDRESS


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("oci://ghcr.io/stefanprodan/charts/podinfo", "ghcr.io", "stefanprodan/charts/podinfo"),
        ("oci://localhost:5000/podinfo", "localhost:5000", "podinfo"),
        ("oci://localhost/podinfo", "localhost", "podinfo"),
        ("oci://registry:5000/a/b", "registry:5000", "a/b"),
        ("oci://10.0.0.7/charts/x", "10.0.0.7", "charts/x"),
        ("oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/x", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "x"),
        ("oci://ghcr.io/a--b/c__d/e.f_g", "ghcr.io", "a--b/c__d/e.f_g"),
        ("oci://docker.io/bitnamicharts/nginx", "docker.io", "bitnamicharts/nginx"),
        ("oci://index.docker.io/bitnamicharts/nginx", "docker.io", "bitnamicharts/nginx"),
        ("oci://registry-1.docker.io/bitnamicharts/nginx", "docker.io", "bitnamicharts/nginx"),
        ("oci://bitnamicharts/nginx", "docker.io", "bitnamicharts/nginx"),
        ("oci://docker.io/nginx", "docker.io", "library/nginx"),
        ("oci://nginx", "docker.io", "library/nginx"),
    ],
)
def test_an_address_is_read_as_flux_reads_it(url: str, host: str, name: str) -> None:
    assert parse_chart_url(url) == ChartAddress(host=host, name=name)


@pytest.mark.parametrize(
    "url",
    [
        # tried against oras: these became repositories of Docker Hub, or another address of the host
        "oci://user:pw@host/x",
        "oci://ghcr.io%2f@evil/a",
        "oci://2130706433/a",
        "oci://0x7f000001/a",
        "oci://ghcr.io/a/../../token",
        # neither scheme nor text of an address
        "",
        "oci://",
        "ghcr.io/a/b",
        "https://ghcr.io/a/b",
        "OCI://ghcr.io/a/b",
        "oci:/ghcr.io/a/b",
        "oci://ghcr.io/a b",
        "oci://ghcr.io/a\n",
        "\noci://ghcr.io/a",
        "oci://ghcr.io/a\x00",
        "oci://ghcr.io/ä",
        "oci://ghcr.i\u043e/a",
        # signs
        "oci://user@ghcr.io/a",
        "oci://ghcr.io/a@sha256:" + "0" * 64,
        "oci://ghcr.io/a:1.2.3",
        "oci://ghcr.io/a:1.2.3/b",
        "oci://ghcr.io/a%2fb",
        "oci://ghcr.io\\evil/a",
        "oci://ghcr.io/a#b",
        "oci://ghcr.io/a?b=c",
        "oci://ghcr.io/./a",
        "oci://ghcr.io/..",
        "oci://../a",
        # hosts
        "oci://ghcr.io./a",
        "oci://GHCR.io/a",
        "oci://-a.io/a",
        "oci://a..b/a",
        "oci://a_b.io/a",
        "oci://.io/a",
        "oci://127.1/a",
        "oci://127.0.0.01/a",
        "oci://256.1.1.1/a",
        "oci://evil.0x7f/a",
        "oci://[::1]/a",
        "oci://[::1]:5000/a",
        "oci://::1/a",
        "oci://ghcr.io:/a",
        "oci://ghcr.io:0/a",
        "oci://ghcr.io:0443/a",
        "oci://ghcr.io:65536/a",
        "oci://ghcr.io:44\uff13/a",
        "oci://ghcr.io:443:1/a",
        "oci://" + ".".join(["a" * 60] * 5) + "/a",
        "oci://" + "a" * 64 + ".io/a",
        # a host without a repository
        "oci://ghcr.io",
        "oci://localhost:5000",
        "oci://ghcr.io/",
        # repositories
        "oci:///a",
        "oci://ghcr.io//a",
        "oci://ghcr.io/a/",
        "oci://ghcr.io/a//b",
        "oci://ghcr.io/A",
        "oci://ghcr.io/-a",
        "oci://ghcr.io/a-",
        "oci://ghcr.io/a___b",
        "oci://ghcr.io/a._b",
        "oci://ghcr.io/" + "a" * 256,
    ],
)
def test_anything_else_is_a_reason_and_never_docker_hub(url: str) -> None:
    assert isinstance(parse_chart_url(url), Reason)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://ghcr.io/a", "oci://"),
        ("oci://user@ghcr.io/a", "user name"),
        ("oci://ghcr.io/a/../b", "`..`"),
        ("oci://ghcr.io/a:1.2.3", "tag"),
        ("oci://GHCR.io/a", "lower case"),
        ("oci://[::1]/a", "IPv6"),
        ("oci://ghcr.io", "no repository"),
        ("oci://2130706433/a", "number"),
    ],
)
def test_the_reason_says_what_is_wrong(url: str, word: str) -> None:
    reason = parse_chart_url(url)

    assert isinstance(reason, Reason)
    assert word in reason.sentence.replace(url, "")


def test_a_password_in_an_address_is_not_repeated() -> None:
    reason = parse_chart_url("oci://user:hunter2@host/x")

    assert isinstance(reason, Reason)
    assert reason.id == BAD_ADDRESS.id
    assert "hunter2" not in str(reason)


@pytest.mark.parametrize("text", ["a-" * 100_000, "a" * 100_000 + "!", "a." * 100_000, "1" * 100_000])
def test_a_hostile_length_is_refused_in_one_pass(text: str) -> None:
    assert isinstance(parse_chart_url(f"oci://ghcr.io/{text}"), Reason)
    assert isinstance(parse_chart_url(f"oci://{text}/a"), Reason)


@pytest.mark.parametrize(
    ("url", "chart", "expected"),
    [
        ("oci://ghcr.io/stefanprodan/charts", "podinfo", "ghcr.io/stefanprodan/charts/podinfo"),
        ("oci://ghcr.io/stefanprodan/charts//", "podinfo", "ghcr.io/stefanprodan/charts/podinfo"),
        ("oci://ghcr.io", "stefanprodan/charts/podinfo", "ghcr.io/stefanprodan/charts/podinfo"),
        ("oci://ghcr.io/", "podinfo", "ghcr.io/podinfo"),
        ("oci://registry-1.docker.io/bitnamicharts", "nginx", "docker.io/bitnamicharts/nginx"),
        # a HelmRepository's first part is a host, whatever it looks like
        ("oci://zot/charts", "podinfo", "zot/charts/podinfo"),
    ],
)
def test_a_chart_is_joined_to_its_repository_as_flux_joins_paths(url: str, chart: str, expected: str) -> None:
    assert str(join_chart(url, chart)) == expected


@pytest.mark.parametrize(
    ("url", "chart"),
    [
        ("https://ghcr.io/charts", "podinfo"),
        ("oci://ghcr.io/charts", "../../token"),
        ("oci://ghcr.io/charts", "podinfo:1.2.3"),
        ("oci://ghcr.io/charts", "podinfo@sha256"),
        ("oci://ghcr.io/charts", "/podinfo"),
        ("oci://ghcr.io/charts", "https://evil/podinfo"),
        ("oci://ghcr.io/charts", ""),
        ("oci://ghcr.io/charts/..", "podinfo"),
        ("oci://user:pw@ghcr.io/charts", "podinfo"),
        ("oci://2130706433", "podinfo"),
        ("oci://", "podinfo"),
    ],
)
def test_a_joined_address_obeys_the_same_grammar(url: str, chart: str) -> None:
    assert isinstance(join_chart(url, chart), Reason)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:5000", True),
        ("localhost", False),  # as go-containerregistry: only with a port
        ("127.0.0.1", True),
        ("127.0.0.1:5000", True),
        ("127.0.0.2", False),
        ("127.0.0.1.evil.com", False),
        ("kind.localhost:5000", True),
        ("10.1.2.3:5000", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.1", True),
        ("harbor.corp.local", False),  # since Flux 2.9
        ("ghcr.io", False),
    ],
)
def test_plain_http_is_for_the_hosts_for_which_flux_uses_it(host: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert uses_plain_http(host) is expected


@given(st.text(alphabet="abz019.-_/:@%\\#?[]{}~ \nAZ\u00e4", max_size=40))
def test_an_address_that_exists_obeys_the_grammar_and_reads_as_itself(text: str) -> None:
    address = parse_chart_url(f"oci://{text}")

    if isinstance(address, ChartAddress):
        assert not set("@%\\#?[]{} \n") & set(str(address))
        assert ".." not in str(address).split("/")
        assert address.host == address.host.lower()
        if "." in address.host or ":" in address.host:
            assert parse_chart_url(address.url) == address
