"""Zip files from the outside: how many entries they may have, and how much may come out of them."""

from __future__ import annotations

import io
import zipfile
from struct import error as StructError  # noqa: N812 - exceptions, both
from zlib import error as ZlibError  # noqa: N812

from storage.clean import one_line
from storage.programme import FormatError

ENTRIES_MAX = 2_000
UNPACKED_MAX = 64 * 1024 * 1024
# Programmes unpack to five to ten times their size; zeros to a thousand times.
RATIO_MAX = 20
ALWAYS = 256 * 1024  # what may come out of however small a file
# Other methods are allowed by the standard; LZMA takes as much memory as the file asks for.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError, OSError, ZlibError, StructError)
_ENTRY = b"PK\x01\x02"


class Archive:
    """A zip file in memory. Nothing is ever written to disk, so a name in it can lead nowhere."""

    def __init__(self, body: bytes, ratio: int = RATIO_MAX) -> None:
        """Raises `FormatError` for what is no zip file, or has more entries than any programme."""
        self._left = min(UNPACKED_MAX, ratio * len(body) + ALWAYS)
        # Counted before the entries are read, which is what would take the time.
        if body.count(_ENTRY) > ENTRIES_MAX:
            raise FormatError(f"byte 0: a zip file of more than {ENTRIES_MAX} entries is no programme")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except BROKEN:
            raise FormatError("byte 0: not a whole zip file; it may have been cut off") from None
        self.names = [info.filename for info in self._zip.infolist() if not info.is_dir()]

    def read(self, name: str) -> bytes:
        """The bytes of an entry. Raises `FormatError` when it, with all that was read before, is too large."""
        shown = one_line(name, 60)
        too_large = FormatError(f"{shown}: unpacks to more than a programme has")
        try:
            info = self._zip.getinfo(name)
            if info.file_size > self._left:
                raise too_large
            if info.compress_type not in METHODS:
                raise FormatError(f"{shown}: packed in a way that is not read here")
            with self._zip.open(info) as entry:
                found = entry.read(self._left + 1)
        except FormatError:
            raise
        except BROKEN:
            raise FormatError(f"{shown}: cannot be unpacked") from None
        if len(found) > self._left:
            raise too_large
        self._left -= len(found)
        return found


def names(body: bytes) -> list[str]:
    """The names of the entries; none for what is no zip file, or one of too many entries."""
    if not body.startswith(b"PK\x03\x04"):
        return []
    try:
        return Archive(body).names
    except FormatError:
        return []
