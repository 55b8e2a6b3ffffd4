"""The one trouble that brings its own mend: there is no configuration, and here is one."""

from bot.errors import UsageError


class NoConfiguration(UsageError):
    """There is no configuration file; `suggestion` is one that fits the tree."""

    def __init__(self, problem: str, suggestion: str) -> None:
        super().__init__(problem, "Commit one there, or name yours with --config; the log shows one to begin with")
        self.suggestion = suggestion
