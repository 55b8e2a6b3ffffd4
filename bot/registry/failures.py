"""Why one question has no answer. These never leave the package: the adapter turns each into `Unreachable`."""

from bot.reason import Reason


class RegistryError(Exception):
    """A question without an answer."""


class UnansweredError(RegistryError):
    """The reason is known where the trouble is seen."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.id)
        self.reason = reason


class StatusError(UnansweredError):
    """An answer came, with a status that is none for this question."""

    def __init__(self, reason: Reason, status: int) -> None:
        super().__init__(reason)
        self.status = status


class DeniedError(RegistryError):
    """401 or 403 after every way of asking. Worded by the adapter, which knows the chart's provider."""

    def __init__(
        self, status: int, *, login_refused: bool = False, login_withheld: str = "", helper_withheld: bool = False
    ) -> None:
        super().__init__(str(status))
        self.status = status
        self.login_refused = login_refused
        """A stored login was sent and refused."""
        self.login_withheld = login_withheld
        """Host of a token service that a stored login was not sent to."""
        self.helper_withheld = helper_withheld
        """A credential helper of this machine was not asked."""


class NotFoundError(RegistryError):
    """404: the registry does not know it, or does not show it to us."""


class TroubleError(RegistryError):
    """One request got no answer. `problem` is a sentence of ours, never a library's text, which holds URLs."""

    def __init__(self, problem: str, *, again: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.again = again
        """Sending it once more may help."""
