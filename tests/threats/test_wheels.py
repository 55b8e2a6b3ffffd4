"""Threats 2 and 26: what is installed first is a wheel that is known by its hash, or nothing is."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from doubles.recorded_install import Project, make_project

BACKEND = "import pathlib\npathlib.Path({mark!r}).touch()\n"
BUILD = '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


def refused(project: Project) -> str:
    """Start it; nothing was installed and nothing ran."""
    done = project.run("scan")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert project.calls() == []
    assert list(project.cache.glob("*/finished")) == []
    return done.stderr


def test_a_package_without_a_hash_is_not_installed(project: Project) -> None:
    (project.root / "requirements-bootstrap.txt").write_text("uv==9.9.9\n")
    assert "hash" in refused(project).lower()


def test_what_would_have_to_be_built_is_not_installed(project: Project, tmp_path: Path) -> None:
    """To build is to run code of the package; its hash may be known all the same."""
    wheels, mark = tmp_path / "wheels", tmp_path / "built"
    for wheel in wheels.iterdir():
        wheel.unlink()
    source = wheels / "uv-9.9.9.tar.gz"
    files = {
        "pyproject.toml": BUILD,
        "evil.py": BACKEND.format(mark=str(mark)),
        "PKG-INFO": "Metadata-Version: 2.1\nName: uv\nVersion: 9.9.9\n",
    }
    with tarfile.open(source, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"uv-9.9.9/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    (project.root / "requirements-bootstrap.txt").write_text(f"uv==9.9.9 --hash=sha256:{digest}\n")
    refused(project)
    assert not mark.exists()
