"""Credential helpers: programs of the machine's owner that are asked for one host's login.

https://github.com/docker/docker-credential-helpers#development
"""

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path

from bot.model.secret import Secret
from bot.registry.docker_config import Login

log = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SECONDS = 30
_OURS = frozenset({"FLUX_CHART_BOT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"})
"""The tokens that the bot writes with are no business of a helper."""


def ask_program(name: str, key: str, environment: Mapping[str, str]) -> Login | None:
    """Ask `docker-credential-<name>` for the login of `key`, which goes in by stdin, never as an argument.

    Its output is never logged: it may hold the secret, also when it fails.
    """
    import subprocess  # noqa: PLC0415 # few machines have a helper

    program = _find(name, environment)
    if program is None:
        log.warning("the credential helper docker-credential-%s is not on PATH", name)
        return None
    try:
        ended = subprocess.run(  # noqa: S603 # a program of the machine's owner, by its full path, without a shell
            [program, "get"],
            input=key.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            cwd=Path(program).parent,
            env={name: value for name, value in environment.items() if name not in _OURS},
        )
        answer = json.loads(ended.stdout)
        username, secret = str(answer["Username"]), str(answer["Secret"])
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError):
        log.debug("the credential helper docker-credential-%s has no login for %s", name, key)
        return None
    return _login(username, secret)


def _find(name: str, environment: Mapping[str, str]) -> str | None:
    """The program on PATH; a relative entry of PATH is none: it would mean the work tree."""
    if not _NAME.fullmatch(name):
        return None
    import shutil  # noqa: PLC0415 # as above

    entries = environment.get("PATH", "").split(":")
    path = ":".join(entry for entry in entries if entry.startswith("/"))
    return shutil.which(f"docker-credential-{name}", path=path) if path else None


def _login(username: str, secret: str) -> Login | None:
    if not secret:
        return None
    if username == "<token>":  # the protocol's mark for an identity token
        return Login(username="", password=Secret(""), identity_token=Secret(secret))
    return Login(username=username, password=Secret(secret)) if username else None
