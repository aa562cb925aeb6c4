"""What the homeserver, or the way to it, may answer instead: what `bot/matrix.py` raises."""

from __future__ import annotations


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
