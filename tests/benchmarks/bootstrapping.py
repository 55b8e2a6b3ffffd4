"""The Action's cold start, and the same by hand: what installing costs whoever does it."""

from pathlib import Path

from bot.bootstrap import ROOT

_OURS = """\
set -e
export XDG_CACHE_HOME="$(mktemp -d -p {folder})"
cd "$(mktemp -d -p {folder})"
echo "kind: Nothing" > nothing.yaml
{python} {root}/bot/bootstrap.py scan . > /dev/null
"""

_BARE = """\
set -e
cd "$(mktemp -d -p {folder})"
{python} -I -m venv --without-pip env
{python} -I -m pip install --quiet --require-hashes --only-binary :all: --no-deps --no-compile --no-cache-dir \\
  --disable-pip-version-check --target tool --requirement {root}/requirements-bootstrap.txt
tool/bin/uv pip sync --quiet --require-hashes --no-build --no-config --cache-dir cache --python env/bin/python \\
  {root}/requirements.txt
"""


def our_install(python: Path, folder: Path) -> list[str | Path]:
    """A scan of a folder with nothing to do through the bootstrap, nothing being there yet."""
    return _shell(_OURS, python, folder)


def bare_install(python: Path, folder: Path) -> list[str | Path]:
    """The least that brings the same packages: a venv, uv by pip, and `uv pip sync`."""
    return _shell(_BARE, python, folder)


def _shell(script: str, python: Path, folder: Path) -> list[str | Path]:
    """With the interpreter that the environment of `python` was made from: the one that a runner offers."""
    return ["/bin/sh", "-c", script.format(folder=folder, root=ROOT, python=python.resolve())]
