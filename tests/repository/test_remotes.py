from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.repository.remotes import Remote, Transport


@pytest.mark.parametrize(
    ("text", "transport", "server"),
    [
        ("https://github.com/acme/fleet.git", Transport.HTTPS, "https://github.com/"),
        ("https://ghe.corp.example:8443/acme/fleet", Transport.HTTPS, "https://ghe.corp.example:8443/"),
        ("http://127.0.0.1:8080/acme/fleet.git", Transport.HTTP, "http://127.0.0.1:8080/"),
        ("ssh://git@example.com:22/acme/fleet.git", Transport.SSH, ""),
        ("git@github.com:acme/fleet.git", Transport.SSH, ""),
        ("file:///srv/fleet.git", Transport.FILE, ""),
        ("/srv/fleet.git", Transport.FILE, ""),
    ],
)
def test_an_address_is_read(text: str, transport: Transport, server: str) -> None:
    assert Remote.parse(text) == Remote(url=text, transport=transport, server=server)


@pytest.mark.parametrize("text", ["fleet.git", "-fleet", "./a:b", "a b"])
def test_a_path_becomes_absolute(text: str) -> None:
    assert Remote.parse(text).url == str(Path.cwd() / text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ext::sh -c touch% /tmp/canary",
        "fd::17",
        "::x",
        "git://example.com/x",
        "ftp://example.com/x",
        "https://",
        "https://user:secret@example.com/x",
        "https://secret@example.com/x",
        "https://example.com/x?token=secret",
        "https://example.com/x#secret",
        "https://example.com:port/secret",
        "https://example.com/a b",
        "https://example.com\\@evil.example/x",
        "https://example.com/x\nsecret",
        "ssh://-oProxyCommand=secret/x",
        "ssh://git:secret@example.com/x",
        "/srv/\x00",
    ],
)
def test_an_unusable_address_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Remote.parse(text)
    assert "secret" not in caught.value.message + caught.value.mend


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("https://github.com/a/b", True),
        ("http://127.0.0.1:1/a/b", True),
        ("http://localhost/a/b", True),
        ("http://[::1]:1/a/b", True),
        ("http://127.0.0.1.evil.example/a/b", False),
        ("http://github.com/a/b", False),
        ("git@github.com:a/b", False),
        ("/srv/x", False),
    ],
)
def test_a_token_travels_over_tls_or_inside_the_machine(text: str, takes: bool) -> None:  # noqa: FBT001 - a table's column
    assert Remote.parse(text).takes_token is takes
