"""The one way in: makes the environment that the bot runs in, then becomes the bot.

    python3 bot/bootstrap.py <command of the bot> ...
    python3 bot/bootstrap.py test [--long] [arguments of pytest]
    python3 bot/bootstrap.py --install-only

It needs nothing but Python's standard library. The environment lives in a place of its own: in a GitHub job below
RUNNER_TEMP, elsewhere below the user's cache folder. Its name is a hash of all that decides what is in it, so a second
run starts at once and a changed lock makes a new one.

What stands in the folder a person happens to be in must never run here (a `pip.py`, a `uv.toml`, a `bot/`). Hence every
Python call is isolated (`-I`), no child starts in that folder, and only wheels whose hashes we know are installed.
"""

import os
import sys

# Only these two modules, which the interpreter has loaded by itself, may be imported before the next lines have run;
# and this file keeps to the grammar of Python 3.6, so that an old interpreter gets to say that it is too old.
if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - this is the check that the lint believes to be made elsewhere
        sys.exit(
            f"flux-chart-bot: needs Python 3.11 or newer, and {sys.executable} is Python {sys.version.split()[0]}; "
            "run it with a newer one. In a workflow: name one with the input `python`, or add actions/setup-python."
        )
    if not sys.flags.isolated:
        os.execv(  # noqa: S606 - the same interpreter and file once more, now deaf to PYTHONPATH and its kin
            sys.executable, [sys.executable, "-I", os.path.realpath(__file__), *sys.argv[1:]]
        )

import ast
import contextlib
import hashlib
import importlib.util
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
NEED_GIT = frozenset({"check", "demo", "hold", "promote", "release", "test", "update"})

# What a child that installs may see of our environment: no token of the job is in it, whatever its name.
PASSED_ON = frozenset(
    {"HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "NETRC", "PATH", "TMPDIR"}  # LD_LIBRARY_PATH: actions/setup-python
    | {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
)

# The settings of pip that say where and how to fetch: https://pip.pypa.io/en/stable/topics/configuration/
SETTINGS = frozenset(
    {"index-url", "extra-index-url", "find-links", "no-index", "trusted-host"}
    | {"proxy", "cert", "client-cert", "timeout", "default-timeout"}
)


class BootstrapError(Exception):
    """What a person must mend before the environment can be made; the text is the whole message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment on disk.

    Attributes:
        folder: Where it lives; nothing else does. Its name stands for its content.
        requirements: The lock that it is made from.
    """

    folder: Path
    requirements: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def finished(self) -> Path:
        """The file that is made last of all: without it the environment is not one."""
        return self.folder / "finished"


def main(arguments: Sequence[str]) -> int:
    """Makes the environment where there is none yet, and becomes the program that was asked for.

    Args:
        arguments: The command line without the program's name.

    Returns:
        An exit code, where nothing was to be run or something stood in the way.
    """
    command = arguments[0] if arguments else ""
    try:
        environment = environment_for("requirements-dev.txt" if command == "test" else "requirements.txt", os.environ)
        _require_programs(git=command in NEED_GIT, venv=not environment.finished.exists())
        make(environment, os.environ)
    except BootstrapError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error}. The environment is kept in a cache folder; XDG_CACHE_HOME can name another one.")
    return 0 if command == "--install-only" else _become(environment, arguments)


def _become(environment: Environment, arguments: Sequence[str]) -> NoReturn:
    suite = arguments[:1] == ["test"]
    program = [str(ROOT / "tests" / "suite.py"), *arguments[1:]] if suite else ["-m", "bot", *arguments]
    os.execv(environment.python, [str(environment.python), "-I", *program])  # noqa: S606 - a list, and ours


def environment_for(lock: str, environ: Mapping[str, str]) -> Environment:
    """Says which environment belongs to a lock, on this machine and for this copy of the project.

    Args:
        lock: Name of a requirements file at the project's root.
        environ: The process environment.

    Returns:
        The environment; it need not exist.
    """
    sources = [ROOT / lock, ROOT / "requirements-bootstrap.txt", Path(__file__)]
    parts = [source.read_bytes() for source in sources]
    parts += [text.encode() for text in (sys.version, os.path.realpath(sys.executable), str(ROOT))]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]
    return Environment(folder=_home(environ) / f"{Path(lock).stem}-{key}", requirements=ROOT / lock)


def _home(environ: Mapping[str, str]) -> Path:
    if environ.get("GITHUB_ACTIONS") == "true" and environ.get("RUNNER_TEMP"):
        return Path(environ["RUNNER_TEMP"]).absolute() / "flux-chart-bot"
    cache = environ.get("XDG_CACHE_HOME", "")
    # A relative one counts as unset: https://specifications.freedesktop.org/basedir-spec/latest/
    return (Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache") / "flux-chart-bot"


def make(environment: Environment, environ: Mapping[str, str]) -> None:
    """Makes an environment unless it is finished. Whoever comes second waits for the first.

    Args:
        environment: What to make.
        environ: The process environment; children see only the harmless part of it.

    Raises:
        BootstrapError: If a program is missing or a step failed.
        OSError: If the folder cannot be written.
    """
    if environment.finished.exists():
        return
    environment.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(environment.folder.with_suffix(".lock")) as lock:
        if environment.finished.exists():
            return
        sys.stderr.write(f"flux-chart-bot: installing into {environment.folder} (once)\n")
        sys.stderr.flush()
        if environment.folder.exists():
            shutil.rmtree(environment.folder)  # left over from an install that was killed
        environment.folder.mkdir()
        _install(environment, _Children(folder=environment.folder, environ=environ, lock=lock))
        environment.finished.touch()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    import fcntl  # noqa: PLC0415 - absent on Windows, where _require_programs has already said no

    # The children inherit the lock. If only this process is killed, the next one waits until they are gone, too.
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _install(environment: Environment, children: "_Children") -> None:
    venv = children.start([sys.executable, "-I", "-m", "venv", "--without-pip", str(environment.folder)])
    pip = list(_pip())
    settings = _settings(children, pip)
    tool = environment.folder / "tool"
    wheels_only = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile"]
    where = ["--no-cache-dir", "--target", str(tool), "--requirement", str(ROOT / "requirements-bootstrap.txt")]
    children.run([*pip, "install", *wheels_only, *where], pip_environment(settings))
    children.finish(venv)
    wheels_only = ["--quiet", "--require-hashes", "--no-build", "--no-config"]
    where = ["--python", str(environment.python), "--cache-dir", str(environment.folder.parent / "uv-cache")]
    where += ["--no-index"] * ("no-index" in settings)
    uv = [str(tool / "bin" / "uv"), "pip", "sync", *wheels_only, *where, str(environment.requirements)]
    children.run(uv, uv_environment(settings))
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars={"base": str(environment.folder)}))
    (packages / "flux-chart-bot.pth").write_text(f"{ROOT}\n", encoding="utf-8")  # how `-I -m bot` finds us


@dataclass(frozen=True, slots=True, kw_only=True)
class _Children:
    """Starts the programs that install.

    Attributes:
        folder: Their working directory: the environment's own folder.
        environ: Our environment; PASSED_ON says what they see of it.
        lock: The open lock, which they inherit.
    """

    folder: Path
    environ: Mapping[str, str]
    lock: int

    def start(self, command: Sequence[str], extra: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Starts a program. What it says is kept for finish()."""
        harmless = {name: value for name, value in self.environ.items() if name in PASSED_ON}
        return subprocess.Popen(  # noqa: S603 - a list, no shell; the programs are named above
            command,
            cwd=self.folder,
            env=harmless | dict(extra or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=(self.lock,),
        )

    def finish(self, process: "subprocess.Popen[str]") -> str:
        """Waits for a program and gives what it said.

        Raises:
            BootstrapError: If it failed; its last words are in the message.
        """
        said, _ = process.communicate()
        if process.returncode:
            raise BootstrapError(
                f"a step of the installation ended with {process.returncode}; its last words follow. "
                f"For a package index out of reach: pip's own settings (index, proxy, cert) are used.\n{_quoted(said)}"
            )
        return said

    def run(self, command: Sequence[str], extra: Mapping[str, str]) -> str:
        """Starts a program and waits for it."""
        return self.finish(self.start(command, extra))


def _quoted(said: str) -> str:
    # The indent and the break keep a runner from taking an index's words for workflow commands:
    # https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    lines = said.replace("##[", "## [").splitlines()[-15:]
    return "\n".join(f"  | {line}" for line in lines)


def _pip() -> tuple[str, ...]:
    """Finds a pip: this interpreter's own, or the wheel that venv would unpack (run as it is: nothing is changed)."""
    if importlib.util.find_spec("pip"):
        return (sys.executable, "-I", "-m", "pip")
    # Debian and Ubuntu keep the wheels of ensurepip in a folder of their own.
    for folder in (sysconfig.get_config_var("WHEEL_PKG_DIR"), f"{sysconfig.get_path('stdlib')}/ensurepip/_bundled"):
        wheels = sorted(Path(folder).glob("pip-*.whl")) if folder else []
        if wheels:
            return (sys.executable, "-I", str(wheels[-1] / "pip"))
    return ()


def _require_programs(*, git: bool, venv: bool) -> None:
    if os.name != "posix":
        raise BootstrapError("this runs on Linux and macOS; in a workflow, use `runs-on: ubuntu-latest`.")
    missing, packages = [], []
    if git and not shutil.which("git"):
        missing.append("git")
        packages.append("git")
    if venv and not (importlib.util.find_spec("venv") and _pip()):
        missing.append("Python's venv and pip")
        packages.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if not missing:
        return
    mend = "Add with this system's package manager, then run again."
    if shutil.which("apt-get"):
        sudo = "" if os.geteuid() == 0 else "sudo "
        mend = f"Add with: {sudo}apt-get install -y {' '.join(packages)}"
    raise BootstrapError(f"missing here: {', '.join(missing)}. {mend}")


def _settings(children: _Children, pip: Sequence[str]) -> dict[str, str]:
    """Asks pip for the machine's settings: its files and environment variables, in its own order."""
    asked = {"PIP_CONFIG_FILE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"} | {_variable(name) for name in SETTINGS}
    seen = {name: value for name, value in children.environ.items() if name in asked}
    settings = settings_from(children.run([*pip, "config", "list"], seen))
    return settings | _certificates(children.environ, settings)


def settings_from(listed: str) -> dict[str, str]:
    """Reads what `pip config list` prints.

    Args:
        listed: Lines such as `global.index-url='https://pypi.example/simple'`.

    Returns:
        The settings that matter for fetching; a command's own section wins over the global one, the environment over
        both.
    """
    found: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):
        for line in listed.splitlines():
            name, _, value = line.removeprefix(section).partition("=")
            if line.startswith(section) and name in SETTINGS:
                found[name] = str(ast.literal_eval(value)).strip()
    if found.get("no-index", "").lower() in {"0", "false", "no", "off", "n", "f"}:
        del found["no-index"]
    return {name: value for name, value in found.items() if value}


def _certificates(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Finds the file of certificates, so that pip and uv trust the same, whichever of them it was set for."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    file = settings.get("cert") or next((environ[name] for name in names if environ.get(name)), "")
    return {"cert": str(Path(file).expanduser())} if file else {}


def pip_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Turns settings into pip's environment variables (never arguments: an index's address may hold a password).

    Args:
        settings: Names as in pip's configuration files.

    Returns:
        Variables that leave pip with these settings and no others.
    """
    fixed = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return {_variable(name): value for name, value in settings.items()} | fixed


def _variable(name: str) -> str:
    return f"PIP_{name.upper().replace('-', '_')}"


def uv_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Turns pip's settings into uv's environment variables; uv reads none of pip's.

    Args:
        settings: Names as in pip's configuration files.

    Returns:
        Variables of https://docs.astral.sh/uv/reference/environment/; the argument `--no-index` has none.
    """
    proxy, several = settings.get("proxy"), {name: value.split() for name, value in settings.items()}
    found = {
        "UV_DEFAULT_INDEX": settings.get("index-url"),
        "UV_INDEX": " ".join(several.get("extra-index-url", [])),
        "UV_FIND_LINKS": ",".join(place for place in several.get("find-links", []) if _is_there(place)),
        "UV_INSECURE_HOST": " ".join(several.get("trusted-host", [])),
        "UV_HTTP_TIMEOUT": settings.get("timeout") or settings.get("default-timeout"),
        "SSL_CERT_FILE": settings.get("cert"),
        "SSL_CLIENT_CERT": settings.get("client-cert"),
        "UV_SYSTEM_CERTS": "" if "cert" in settings else "true",
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # like pip, look at every index: the hashes decide what is taken
        "UV_PYTHON_DOWNLOADS": "never",
    }
    found |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
    return {name: value for name, value in found.items() if value}


def _is_there(place: str) -> bool:
    return "://" in place or Path(place).expanduser().exists()  # pip only warns of a folder that is gone; uv stops


def _refuse(message: str) -> int:
    sys.stderr.write(f"flux-chart-bot: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
