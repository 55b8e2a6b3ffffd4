"""A fleet in which file, object, chart and version names, and what the registry says, come from the corpus."""

import os
from pathlib import Path

from doubles.command_line import CONFIGURATION, repository, write
from doubles.hostile import CORPUS
from doubles.registry import RegistryDouble

from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.escape import visible


def a_name(text: str) -> str:
    """The text as the name of a file, which holds no slash and no NUL and 255 bytes."""
    return text.replace("/", "|").replace("\0", "\1").encode("utf-8", "replace")[:150].decode("utf-8", "ignore")


def in_yaml(text: str) -> str:
    """The text as a scalar; what is no character at all makes the file unreadable."""
    signs = (
        sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08x}" for sign in text
    )
    return f'"{"".join(signs)}"'


def hostile_fleet(folder: Path, registry: RegistryDouble) -> Path:
    """Write it into a folder, and tags into the registry, which holds `charts/podinfo`."""
    settings = {
        DEFAULT_CONFIGURATION_PATH: CONFIGURATION,
        "sources/charts.yaml": repository(registry.netloc),
        "apps/production/x": "",
    }
    write(folder, settings)
    for number, text in enumerate(CORPUS):
        quoted, plain = in_yaml(text), f"n{number}"
        names = (plain, "podinfo", "1.2.3"), (quoted, "podinfo", "1.2.3"), (plain, quoted, "1.2.3")
        for letter, (name, chart, version) in enumerate((*names, (plain, "podinfo", quoted))):
            file = folder / "apps/dev" / os.fsdecode(os.fsencode(f"{a_name(text)}-{number}-{letter}.yaml"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
                f"metadata: {{name: {name}, namespace: {name}}}\nspec:\n  chart:\n    spec:\n"
                f"      chart: {chart}\n      version: {version} # {visible(text)}\n"
                "      sourceRef: {kind: HelmRepository, name: charts, namespace: x}\n",
                encoding="utf-8",
                newline="",
            )
    for tag in CORPUS:
        registry.repositories["charts/podinfo"].tags[tag] = "sha256:" + "0" * 64
    return folder
