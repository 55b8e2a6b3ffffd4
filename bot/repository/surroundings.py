"""The environment that our Git commands see: nothing of the user's configuration, tracing, hooks or tokens.

Every variable that is not listed here is unset for Git, so neither an inherited `GIT_*` nor the job's tokens reach a
program that Git starts.
"""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.model.proposals import Identity
from bot.model.secret import Secret
from bot.model.tiers import Branch
from bot.repository.remotes import Remote, Transport

# Where programs lie, how to get out of the building, and how a person's ssh logs in.
_KEPT = frozenset(
    {"PATH", "TMPDIR", "LD_LIBRARY_PATH", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAPATH"}
    | {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}
)
# Debian's Git is linked with GnuTLS, which reads none of OpenSSL's variables: Git is told by its own.
_AUTHORITIES = ("GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")

# The configuration of our own repository. https://git-scm.com/docs/git-config names each key.
_CONFIGURATION = """\
[core]
	repositoryFormatVersion = 0
	bare = true
	fsmonitor = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	logAllRefUpdates = false
	fsync = none
[gc]
	auto = 0
[maintenance]
	auto = false
[submodule]
	recurse = false
[fetch]
	recurseSubmodules = false
	writeCommitGraph = false
[push]
	recurseSubmodules = no
	followTags = false
[credential]
	helper =
[http]
	followRedirects = false
	sslVerify = true
[protocol]
	version = 2
"""


def lay_out(folder: Path, head: Branch) -> Path:
    """Make an empty bare repository by hand: `git init` would copy the machine's templates, hooks among them.

    Args:
        folder: Where it is made, beside an empty home: the two that `isolated` names.
        head: Its default branch.

    Returns:
        Its path.
    """
    for name in ("home", "repository/objects", "repository/refs"):
        (folder / name).mkdir(parents=True)
    repository = folder / "repository"
    (repository / "HEAD").write_text(f"ref: refs/heads/{head}\n")
    (repository / "config").write_text(_CONFIGURATION)
    return repository


def unset(inherited: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """Names of the inherited variables that Git must not see, sorted; `ours` take the place of their namesakes."""
    return tuple(sorted(set(inherited) - _KEPT - set(ours) - {""}))


def isolated(inherited: Mapping[str, str], folder: Path, transport: Transport) -> dict[str, str]:
    """Variables of every command: our repository and an empty home below `folder`, one transport, no configuration."""
    variables = {
        "GIT_DIR": str(folder / "repository"),
        "HOME": str(folder / "home"),  # no .netrc, no .gitconfig, no .config/git
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": str(transport),
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_SSH_VARIANT": "ssh",
        "TZ": "UTC0",
        **configured(),
    }
    authority = next((inherited[name] for name in _AUTHORITIES if inherited.get(name)), None)
    return variables | ({"GIT_SSL_CAINFO": authority} if authority else {})


def login(remote: Remote, token: Secret | None) -> dict[str, str]:
    """Variables that send the token, for fetch, ls-remote and push only.

    The empty value first: it resets the list, since a second Authorization header makes the server answer 400.
    """
    if token is None or not token or not remote.takes_token:
        return {}
    key = f"http.{remote.server}.extraheader"
    return configured((key, ""), (key, f"Authorization: Basic {basic(token)}"))


def basic(token: Secret) -> str:
    """The token as HTTP's Basic login carries it; as secret as the token itself."""
    return base64.b64encode(b"x-access-token:" + token.reveal().encode()).decode()


def signed_by(identity: Identity) -> dict[str, str]:
    """Variables that name the author and committer of a commit."""
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", identity.name), ("EMAIL", identity.email))
    }


def configured(*pairs: tuple[str, str]) -> dict[str, str]:
    """Variables that set keys of Git's configuration for one command, in place of those of `isolated`."""
    # This key counts only where a repository cannot set it: https://git-scm.com/docs/git-config#SCOPES
    every = (("safe.bareRepository", "explicit"), *pairs)
    numbered = {
        f"GIT_CONFIG_{part}_{i}": text
        for i, pair in enumerate(every)
        for part, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return {"GIT_CONFIG_COUNT": str(len(every)), **numbered}
