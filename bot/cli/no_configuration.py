"""The one trouble that brings its own mend: there is no configuration, and here is one."""

from bot.errors import UsageError


class NoConfiguration(UsageError):
    """There is no configuration file; `suggestion` is one that fits the tree."""

    def __init__(self, path: str, problem: str, suggestion: str) -> None:
        super().__init__(f"{path} {problem}", "Commit one there; the log shows one to begin with")
        self.suggestion = suggestion
