"""`WWW-Authenticate`, and which token services are believed. Threat 10."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.registry.challenges import Challenge, choose, parse_challenges
from bot.registry.origins import Origin

HUB = Origin(scheme="https", host="registry-1.docker.io", port=443)
HARBOR = Origin(scheme="https", host="harbor.corp.example", port=443)
PLAIN = Origin(scheme="http", host="harbor.corp.example", port=80)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Bearer realm="https://a/t",service="s"', [("bearer", {"realm": "https://a/t", "service": "s"})]),
        ('Basic realm="x"', [("basic", {"realm": "x"})]),
        ("Basic", [("basic", {})]),
        ('BEARER Realm = "r" , scope="a,b"', [("bearer", {"realm": "r", "scope": "a,b"})]),
        (
            'Bearer realm="https://a/t",service="s", Basic realm="b"',
            [("bearer", {"realm": "https://a/t", "service": "s"}), ("basic", {"realm": "b"})],
        ),
        ('Basic realm="b", Bearer realm="r"', [("basic", {"realm": "b"}), ("bearer", {"realm": "r"})]),
        ('Negotiate, Basic realm="b"', [("negotiate", {}), ("basic", {"realm": "b"})]),
        (r'Bearer realm="a\"b"', [("bearer", {"realm": 'a"b'})]),
        ('Bearer realm="first",realm="second"', [("bearer", {"realm": "first"})]),
        ("", []),
        ("???", []),
    ],
)
def test_headers_are_split_into_challenges(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    assert parse_challenges(header) == expected


@given(st.text(alphabet='Basicerl ="\\,;\t0é', max_size=200))
def test_no_header_is_too_odd_to_read(header: str) -> None:
    for scheme, parameters in parse_challenges(header):
        assert scheme
        assert all(parameters)
    choose(header, HARBOR)


def bearer(realm: str) -> str:
    return f'Bearer realm="{realm}",service="s"'


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        (HUB, "https://auth.docker.io/token"),
        (HARBOR, "https://harbor.corp.example/service/token"),
        (HARBOR, "https://harbor.corp.example:8443/service/token"),
        (Origin(scheme="https", host="registry.gitlab.com", port=443), "https://gitlab.com/jwt/auth"),
    ],
)
def test_known_token_services_may_see_the_login(registry: Origin, realm: str) -> None:
    challenge = choose(bearer(realm), registry)
    assert challenge
    assert challenge.trusted


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        (HUB, "https://auth.docker.io.evil.io/token"),
        (HARBOR, "https://auth.docker.io/token"),
        (HARBOR, "https://token.corp.example/"),
        (HARBOR, "https://evil.example/"),
        (PLAIN, "http://harbor.corp.example/token"),
        (PLAIN, "http://other.example/token"),
    ],
)
def test_other_token_services_are_asked_without_it(registry: Origin, realm: str) -> None:
    challenge = choose(bearer(realm), registry)
    assert challenge
    assert not challenge.trusted


@pytest.mark.parametrize(
    "realm",
    [
        "http://harbor.corp.example/token",
        "https://10.0.0.1/token",
        "https://[::1]/token",
        "https://localhost/token",
        "https://2130706433/token",
        "https://user:pw@harbor.corp.example/token",
        "ftp://harbor.corp.example/token",
        "harbor.corp.example/token",
        "https://harbor.corp.example:99999/",
        "https://[",
        "",
    ],
)
def test_some_token_services_are_not_asked_at_all(realm: str) -> None:
    assert choose(bearer(realm), HARBOR) is None


def test_a_token_is_preferred_to_the_login_itself() -> None:
    header = f'Basic realm="x", {bearer("https://harbor.corp.example/t")}'
    challenge = choose(header, HARBOR)
    assert challenge
    assert challenge.realm == HARBOR


def test_basic_is_taken_where_the_token_service_is_not_believed() -> None:
    assert choose(f'{bearer("http://evil.example/t")}, Basic realm="x"', HARBOR) == Challenge()
