"""A small project with bot/bootstrap.py in it, whose uv is a recorder: an install without a network."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

ROOT = Path(__file__).resolve().parents[2]

# It notes how it was called, beside the cache folder that it is given. While a file `hold` lies there it waits, and a
# file `fail` makes it fail with that file's words.
RECORDER = """#!python
import json, os, pathlib, sys, time
home = pathlib.Path(sys.argv[sys.argv.index("--cache-dir") + 1]).parent
with (home / "calls").open("a") as calls:
    calls.write(json.dumps({"argv": sys.argv[1:], "environ": dict(os.environ), "cwd": os.getcwd()}) + "\\n")
while (home / "hold").exists():
    time.sleep(0.01)
if (home / "fail").exists():
    sys.exit((home / "fail").read_text())
"""

# What runs in the end: it says who it is.
PROGRAM = """
import json, os, sys
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "isolated": sys.flags.isolated, "file": __file__}))
"""


class Project(Struct, frozen=True, kw_only=True):
    """A copy of the bootstrap with locks of its own, a home and a work tree that somebody happens to be in."""

    root: Path
    home: Path
    tree: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def cache(self) -> Path:
        return self.home / ".cache" / "flux-chart-bot"

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(self.root / "bot" / "bootstrap.py"), *arguments],
            cwd=self.tree,
            env=self.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def calls(self, home: Path | None = None) -> list[dict[str, Any]]:
        record = (home or self.cache) / "calls"
        return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


def make_project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    (root / "bot").mkdir(parents=True)
    (root / "bot" / "__init__.py").touch()
    (root / "bot" / "__main__.py").write_text(PROGRAM)
    shutil.copy(ROOT / "bot" / "bootstrap.py", root / "bot")
    wheel = _uv_wheel(tmp_path / "wheels")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (root / "requirements-bootstrap.txt").write_text(f"uv==9.9.9 --hash=sha256:{digest}\n")
    (root / "requirements.txt").write_text("# run\n")
    (root / "requirements-dev.txt").write_text("# dev\n")
    home, tree = tmp_path / "home", tmp_path / "tree"
    home.mkdir()
    tree.mkdir()
    pip = {"PIP_FIND_LINKS": str(wheel.parent), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    return Project(root=root, home=home, tree=tree, environ=_plain(os.environ) | {"HOME": str(home)} | pip)


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in environ}


def _uv_wheel(folder: Path) -> Path:
    folder.mkdir()
    files = {
        "uv-9.9.9.data/scripts/uv": RECORDER,
        "uv-9.9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: uv\nVersion: 9.9.9\n",
        "uv-9.9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_record_hash(text)},{len(text)}\n" for name, text in files.items())
    files["uv-9.9.9.dist-info/RECORD"] = record + "uv-9.9.9.dist-info/RECORD,,\n"
    path = folder / "uv-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100755 << 16  # a wheel says in its entries what may be run
            wheel.writestr(entry, text)
    return path


def _record_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
