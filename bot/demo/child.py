"""Child processes that do not outlive us, however we end."""

from __future__ import annotations

import sys

# Linux ends the child with SIGTERM when its parent is gone; elsewhere the call is not there and nothing changes.
LAUNCHER = """
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 15)
except (OSError, AttributeError):
    pass
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def python(*arguments: str) -> list[str]:
    """The command line of a child that runs this Python with these arguments."""
    return [sys.executable, "-c", LAUNCHER, *arguments]
