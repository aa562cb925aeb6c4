"""What the homeserver, or the way to it, may answer instead: what `bot/matrix.py` raises."""

from __future__ import annotations

from typing import Any


class MatrixError(Exception):
    """Something the homeserver, or the way to it, did not do. The text is one sentence."""


class AwayError(MatrixError):
    """The homeserver cannot be reached, or fails by itself (5xx). It will come back: try again later.

    `reached` is True when it did answer: then it may fail for this one request only. `unsent` is True when the request
    surely did not get there: otherwise it may have been done.
    """

    def __init__(self, text: str, *, reached: bool = False, unsent: bool = False) -> None:
        super().__init__(text)
        self.reached = reached
        self.unsent = unsent


class RateLimitedError(MatrixError):
    """Too many requests; `seconds` is how long the homeserver asks to wait, None if it does not say."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(f"the homeserver asks to wait {seconds or 'a while'} s")
        self.seconds = seconds


class RefusedError(MatrixError):
    """The homeserver will not do this, however often it is asked. `code` is its errcode."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class RevokedError(MatrixError):
    """The access token is not accepted (any more), or the password is wrong."""


def error_in(got: Any, homeserver: str) -> MatrixError:
    """What an answer of the homeserver's that is none means; `got` is nio's."""
    transport = getattr(got, "transport_response", None)
    status = transport.status if transport is not None else 0
    code, message = getattr(got, "status_code", None) or "", getattr(got, "message", "") or "unknown error"
    if status == 429 or code == "M_LIMIT_EXCEEDED":
        return RateLimitedError(told_to_wait(got, transport))
    if code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED") or status == 401:
        return RevokedError(message)
    if not status or status >= 500 or not code:
        # Without an errcode it is not the homeserver that speaks but something in front of it.
        return AwayError(f"{homeserver} fails with status {status or 'unknown'}", reached=bool(status))
    return RefusedError(code, f"{code}: {message}")


def told_to_wait(got: Any, transport: Any) -> float | None:
    """Seconds to wait after a 429: the header, which the specification prefers since v1.10, then the body.

    Where the header is the body in whole seconds, the body says it to the millisecond.
    """
    header = transport.headers.get("Retry-After", "") if transport is not None else ""
    milliseconds = getattr(got, "retry_after_ms", None)
    exact = milliseconds / 1000 if isinstance(milliseconds, int) else None
    if header.isascii() and header.isdigit():
        told = float(header)
        return exact if exact is not None and told - 1 < exact <= told else told
    return exact
