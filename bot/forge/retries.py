"""Which calls to GitHub are repeated behind an answer that was lost or was an error of the server's own."""

from http import HTTPStatus
from types import TracebackType
from typing import Any, cast

from github.GithubRetry import GithubRetry  # noqa: TID251 - this package is its home
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError
from urllib3.response import HTTPResponse


class Retries(GithubRetry):
    """Repeats every call that ends the same when it is done twice, so all but a comment: that would stand there twice.

    GitHub answers 502 behind work that it has done, too. Limits are told before any work, so there a comment may wait.
    """

    def increment(  # type: ignore[override] # narrower than urllib3's, as GithubRetry's is
        self,
        method: str | None = None,
        url: str | None = None,
        response: HTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> "Retries":
        """What is left to try.

        Raises:
            MaxRetryError: Nothing.
        """
        done_perhaps = response is None or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if method == "POST" and (url or "").endswith("/comments") and done_perhaps:
            pool: Any = _pool
            raise MaxRetryError(pool, url or "", error)
        return cast("Retries", super().increment(method, url, response, error, _pool, _stacktrace))
