"""What went wrong on the wire, in our words: the libraries' texts hold URLs, and those may hold credentials."""

import http.client
import ssl

from bot.registry.failures import TroubleError

_DEEPEST = 8


def trouble(error: Exception) -> TroubleError:
    """Name the trouble, and say whether sending again may help."""
    match error:
        case TroubleError():
            return error
        case ssl.SSLError():
            return tls_trouble(error)
        case TimeoutError():
            return TroubleError("no complete answer came in time", again=False)
        case ValueError():
            return TroubleError("it names an address that is none", again=False)
        case http.client.HTTPException() if is_bad_head(error):
            return TroubleError("the head of its answer is not HTTP as we take it", again=False)
        case _:
            return TroubleError("the connection broke off", again=True)


def tls_trouble(error: Exception) -> TroubleError:
    """What went wrong between the connection and the first request."""
    detail = tls_detail(error)
    if detail:
        return TroubleError(
            f"its certificate is not trusted{detail}; a private authority's is read from REQUESTS_CA_BUNDLE",
            again=False,
        )
    return TroubleError("TLS failed", again=False)


def tls_detail(error: BaseException) -> str:
    """What OpenSSL says of a certificate: sentences of its own, about the host that we asked for."""
    seen = 0
    cause: object = error
    while isinstance(cause, BaseException) and seen < _DEEPEST:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f" ({cause.verify_message})"
        seen += 1
        cause = getattr(cause, "original_error", None) or next(
            (part for part in cause.args if isinstance(part, BaseException)), None
        )
    return ""


def is_bad_head(error: Exception) -> bool:
    """Too many headers, or one too long: sending again brings the same."""
    broken_off = (http.client.IncompleteRead, ConnectionError)
    faults = (error, *error.args)
    return any(isinstance(part, http.client.HTTPException) and not isinstance(part, broken_off) for part in faults)
