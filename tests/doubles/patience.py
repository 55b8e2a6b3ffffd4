"""A clock for tests of retries."""

from bot.registry.limits import Clock


class Patience:
    """A clock that does not wait, and remembers how long it would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    @property
    def clock(self) -> Clock:
        return Clock(sleep=self.slept.append)
