"""Where a demo takes place: the sample fleet, a folder that is nobody's, and the call that a person would make."""

import os
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.cli.arguments import parse
from bot.cli.commands import Commands
from bot.cli.parts import Parts
from bot.errors import UsageError
from bot.report.run_report import RunReport


def require_new(folder: Path | None) -> None:
    """Refuse a folder that holds anything: the demo would write among what is somebody's.

    Raises:
        UsageError: It holds something, or is no folder that can be used.
    """
    try:
        if folder and folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty", "Name a new folder")
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}", "Name a new folder") from error


def fleet(registry: str, redis_digest: str = "") -> dict[str, bytes]:
    """The sample fleet by path, with its registry's address and a digest filled in."""
    root = files("bot.demo").joinpath("fleet")
    filled = {"REGISTRY": registry, "DIGEST_OF_REDIS_20.1.0": redis_digest}
    return {path: _filled(data, filled) for path, data in _below(root, "")}


def update(place: Path, remote: Path, clock: Callable[[], datetime] | None = None) -> RunReport:
    """`update`, as a person would call it for a remote without a forge."""
    return _called(place, remote, clock, "update")


def promote(place: Path, remote: Path, clock: Callable[[], datetime]) -> RunReport:
    """`promote`, as a person would call it for such a remote."""
    return _called(place, remote, clock, "promote", "--to", "production")


def _called(place: Path, remote: Path, clock: Callable[[], datetime] | None, *call: str) -> RunReport:
    arguments = [*call, "--remote", str(remote), "--forge", "files", "--forge-folder", str(place / "forge")]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(place)}
    parts = Parts(environment, lambda _secret: None)
    commands = Commands(environment, parts=parts, progress=lambda _done, _of, _lost: None, clock=clock)
    return commands.named[call[0]](parse(arguments, environment))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        path = f"{prefix}{item.name}"
        found += _below(item, f"{path}/") if item.is_dir() else [(path, item.read_bytes())]
    return sorted(found)


def _filled(data: bytes, values: dict[str, str]) -> bytes:
    for name, value in values.items():
        data = data.replace(name.encode(), value.encode())
    return data
