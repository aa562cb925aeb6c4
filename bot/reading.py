"""Reading a programme from what is at hand: a file, a folder, the sample; and what stands for a body that was read.

Without the network and its libraries, so that a question on the command line need not wait for them.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import storage
from storage.formats import detect_and_parse
from storage.programme import NO_HINTS, FormatError, Hints, Programme

SAMPLE = "sample"
SAMPLE_FILE = Path(storage.__file__).parent / "sample" / "lpc2022.json"
BODY_MAX = 64 * 1024 * 1024


class FeedError(Exception):
    """A programme could not be fetched or read. The text is one sentence that names the source."""


def local(source: str) -> bytes:
    """The body of a file, of a folder's JSON files, or of the programme that comes along ("sample").

    Raises `FeedError`.
    """
    if source == SAMPLE:
        return SAMPLE_FILE.read_bytes()
    if "://" in source:
        raise FeedError(f"{source}: only http, https and files can be read")
    return _read(Path(source))


def parse(source: str, body: bytes, *, format_name: str = "auto", hints: Hints = NO_HINTS) -> Programme:
    """The programme in a body. Raises `FeedError` with the place in the input."""
    try:
        return detect_and_parse(body, format_name, hints)
    except FormatError as error:
        raise FeedError(f"{source}: {error}") from None


def reading_of(format_name: str, hints: Hints) -> str:
    """What stands for the way a body is read, this program included."""
    # Imported here: looking through what is installed takes as long as answering.
    from importlib.metadata import version

    return json.dumps([version("hallway"), format_name, hints.timezone, sorted(hints.columns.items())])


def digest_of(body: bytes, format_name: str, hints: Hints) -> str:
    """What stands for a body and the way it is read: the same digest, the same programme."""
    return hashlib.sha256(f"{reading_of(format_name, hints)}\n".encode() + body).hexdigest()


def zipped(folder: Path) -> bytes:
    """The files of a folder as one body (the same files, the same bytes), as formats that come in parts read it.

    Raises `FeedError` or `OSError`.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in ("", ".json"))
    if not files:
        raise FeedError(f"{folder}: a folder without any .json file, so no programme")
    if sum(path.stat().st_size for path in files) > BODY_MAX:
        raise FeedError(f"{folder}: {too_large()}")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path in files:
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
    return body.getvalue()


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            return zipped(path)
        if path.stat().st_size > BODY_MAX:
            raise FeedError(f"{path}: {too_large()}")
        return path.read_bytes()
    except FileNotFoundError:
        raise FeedError(f"{path}: there is no such file") from None
    except OSError as error:
        raise FeedError(f"{path}: cannot be read ({error.strerror})") from None


def too_large() -> str:
    """What is said of a body beyond `BODY_MAX`."""
    return f"larger than {BODY_MAX // 2**20} MiB, which is no programme"
