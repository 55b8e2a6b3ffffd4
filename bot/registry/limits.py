"""How much of anything a registry may cost us. Tests inject small figures; nobody else changes them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

MEBIBYTE = 1024 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """Caps and deadlines. Times are seconds, sizes are bytes after decompression.

    Attributes:
        workers: Questions under way at one host.
        docker_hub_workers: The same for Docker Hub, which counts requests of an address.
        connect_seconds: For one TCP connection or TLS handshake.
        idle_seconds: For one read from the wire.
        request_seconds: For one request, from connecting to the last byte.
        host_seconds: For everything asked of one host in this run.
        run_seconds: For everything asked of all hosts in this run.
        attempts: How often one request is sent at most.
        first_wait_seconds: Pause after a first failure; doubled after each further one.
        longest_wait_seconds: A host that asks for a longer pause is given up for this run.
        failures: A host that fails so many questions in a row is given up for this run.
        page_bytes: One page of tags.
        listing_bytes: All pages of one chart's tags.
        manifest_bytes: One manifest (distribution itself takes 4 MiB at most).
        token_bytes: One answer of a token service.
        pages: Pages of one chart's tags.
        still_pages: Pages in a row without a new tag.
        redirects: Hops of one manifest.
    """

    workers: int = 64
    docker_hub_workers: int = 4
    connect_seconds: float = 5.0
    idle_seconds: float = 30.0
    request_seconds: float = 60.0
    host_seconds: float = 600.0
    run_seconds: float = 1200.0
    attempts: int = 4
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    failures: int = 8
    page_bytes: int = 16 * MEBIBYTE
    listing_bytes: int = 64 * MEBIBYTE
    manifest_bytes: int = 4 * MEBIBYTE
    token_bytes: int = MEBIBYTE
    pages: int = 1000
    still_pages: int = 3
    redirects: int = 3


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Clock(Struct, frozen=True, kw_only=True):
    """The wall clock, for dates that registries send, and the way to wait."""

    now: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], None] = time.sleep
