"""What `python3 bot/bootstrap.py test` runs: format, lint, types, then the tests; all of them, whatever fails.

Its arguments go to pytest, except `--long`, which adds the cases that take minutes, and `--benchmarks`, which measures
instead of testing.
"""

# ruff: noqa: T201 - it talks to a person

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy", "--no-error-summary"),
)


def main(arguments: Sequence[str]) -> int:
    environ = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
    if not shutil.which("docker-registry"):
        environ["PATH"] += os.pathsep + str(_unpack_registry(Path(sys.prefix) / "registry"))
    if not shutil.which("docker-registry", path=environ["PATH"]) and not _may_lack_registry(environ):
        return 1
    if arguments[:1] == ["--benchmarks"]:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        command = [sys.executable, "-m", "benchmarks", *arguments[1:]]
        return subprocess.run(command, env=environ | {"PYTHONPATH": path}, check=False).returncode
    failed = [" ".join(check) for check in CHECKS if _run(check, environ)]
    for check in failed:
        print(f"flux-chart-bot: failed: {check}", flush=True)
    code = _run(_pytest(arguments), environ)
    return 1 if failed else code


def _pytest(arguments: Sequence[str]) -> tuple[str, ...]:
    cases = "not quarter" if "--long" in arguments else "not long and not quarter"
    # One more than cores: a fifth of the time a test waits for Git, a server or a program that it started.
    workers = str((os.cpu_count() or 1) + 1)
    return ("pytest", "-n", workers, "-m", cases, *(argument for argument in arguments if argument != "--long"))


def _run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    print(f"$ {' '.join(command)}", flush=True)
    return subprocess.run([sys.executable, "-I", "-m", *command], cwd=ROOT, env=environ, check=False).returncode


def _unpack_registry(folder: Path) -> Path:
    """Fetches Debian's package and unpacks it beside us: nothing of the system changes, and no service starts."""
    programs = folder / "usr" / "bin"
    if programs.exists() or not shutil.which("apt-get"):
        return programs
    folder.mkdir(exist_ok=True)
    if not _fetch_package(folder):
        root = ["sudo", "-n"] if os.geteuid() and shutil.which("sudo") else []
        subprocess.run([*root, "apt-get", "update", "-qq"], check=False)  # a fresh machine has no list of packages yet
        _fetch_package(folder)
    for package in folder.glob("docker-registry_*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=False)
    return programs


def _fetch_package(folder: Path) -> bool:
    command = ["apt-get", "download", "-qq", "docker-registry"]
    return subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _may_lack_registry(environ: Mapping[str, str]) -> bool:
    needed = environ.get("CI") == "true"
    consequence = "CI needs it" if needed else "EVERY TEST AGAINST A REAL REGISTRY IS SKIPPED"
    print(
        f"flux-chart-bot: no docker-registry here: {consequence}. Add it with: apt-get install docker-registry",
        file=sys.stderr,
        flush=True,
    )
    return not needed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
