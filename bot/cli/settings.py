"""What the job's environment says, read once: where the repository is, who asks, and the token."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from bot.errors import UsageError
from bot.model.secret import Secret

_TOKENS = ("FLUX_CHART_BOT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")
# What GitHub takes is stricter; what matters here is that two parts of an address stay two parts.
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
NO_REPOSITORY_MEND = "Give --repository OWNER/NAME, or set GITHUB_REPOSITORY"


class Job(Struct, frozen=True, kw_only=True):
    """The surroundings of a run; outside of GitHub Actions most of it is empty.

    Attributes:
        event: `GITHUB_EVENT_NAME`.
        payload: The event's file, {} where there is none.
        repository: `owner/name`.
        run_url: Page of this workflow run, for links; empty outside of a workflow.
        signing_key: A private key that signs commits; empty for none.
    """

    event: str
    payload: Mapping[str, Any]
    api_url: str
    server_url: str
    repository: str
    run_url: str
    token: Secret
    signing_key: Secret

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], repository: str = "") -> "Job":
        """Read it; `repository` of the command line wins.

        Raises:
            UsageError: The repository's name, or the server's address, is none.
        """
        server = (environment.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/")
        _require_url(server)
        name = repository or environment.get("GITHUB_REPOSITORY", "")
        if name and not _REPOSITORY.fullmatch(name):
            raise UsageError(f"{name!r} is not the name of a repository", "Write it as OWNER/NAME")
        run = environment.get("GITHUB_RUN_ID", "")
        return cls(
            event=environment.get("GITHUB_EVENT_NAME", ""),
            payload=_payload(environment.get("GITHUB_EVENT_PATH", "")),
            api_url=(environment.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
            server_url=server,
            repository=name,
            run_url=f"{server}/{name}/actions/runs/{run}" if run and name else "",
            token=Secret(next((environment[key] for key in _TOKENS if environment.get(key)), "")),
            signing_key=Secret(environment.get("FLUX_CHART_BOT_SIGNING_KEY", "").strip()),
        )

    def remote(self, given: str) -> str:
        """The Git address: the one that was given, else the repository on its server.

        Raises:
            UsageError: Neither is known.
        """
        if given:
            return given
        if not self.repository:
            raise UsageError(
                "there is no repository to read", f"{NO_REPOSITORY_MEND}; or any Git remote by --remote URL"
            )
        return f"{self.server_url}/{self.repository}.git"


def _require_url(server: str) -> None:
    try:
        urlsplit(server)
    except ValueError:
        raise UsageError("GITHUB_SERVER_URL is not an address", "Write it as https://github.com") from None


def _payload(path: str) -> Mapping[str, Any]:
    """The event's file. Missing or broken is {}: on a schedule it holds next to nothing anyway."""
    try:
        payload = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}
