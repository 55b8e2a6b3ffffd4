"""From the file's `sources` to what of the repository is packed into sources of Flux."""

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath

from bot.config.located import Located
from bot.config.wording import shown
from bot.errors import Fault
from bot.model.tiers import PackedSource

KEY = "sources"
KINDS = ("OCIRepository", "Bucket", "GitRepository", "ExternalArtifact")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_NAME = re.compile(r"(?P<kind>\w+) (?P<namespace>[a-z0-9][a-z0-9-]*)/(?P<name>[a-z0-9][a-z0-9.-]*)", re.ASCII)


def read_sources(located: Located, keys: Mapping[str, str]) -> tuple[tuple[PackedSource, ...], tuple[Fault, ...]]:
    """The sources, whose shape is right, and what their names and folders are wrong about."""
    faults = tuple(fault for key, folder in keys.items() for fault in _faults(located, key, folder))
    found = ((_NAME.fullmatch(key), folder, (KEY, key)) for key, folder in keys.items())
    sources = tuple(
        PackedSource(
            **name.groupdict(),
            folder="" if folder == "." else folder,
            line=located.line(route),
            column=located.column(route),
        )
        for name, folder, route in found
        if name
    )
    return sources, faults


def _faults(located: Located, key: str, folder: str) -> Iterator[Fault]:
    name = _NAME.fullmatch(key)
    if name is None:
        message = f"{shown(key)} does not name a source"
        yield located.key_fault((KEY, key), message, "Write kind, namespace and name: `OCIRepository flux-system/apps`")
    elif name["kind"] not in KINDS:
        message = f"{shown(name['kind'])} is no kind of source that Kustomizations apply"
        yield located.key_fault((KEY, key), message, _meant(name["kind"]))
    if folder.startswith("/") or normpath(folder) != folder or folder.split("/", maxsplit=1)[0] == "..":
        message = f"{shown(folder)} is no folder counted from the root of the repository"
        yield located.fault((KEY, key), message, "Write it as in `deploy/manifests`, or `.` for all of the repository")


def _meant(kind: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    by_letters = {each.lower(): each for each in KINDS}
    close = get_close_matches(kind.lower(), by_letters, n=1, cutoff=0.85)  # not HelmRepository, which is none
    return f"Did you mean {shown(by_letters[close[0]])}?" if close else f"Write {', '.join(KINDS[:-1])} or {KINDS[-1]}"
