"""Files of binary feeds in chunks, gzip and Zstandard undone, so that a day of any size needs little memory."""

from __future__ import annotations

import gzip
import mmap
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pytrader.errors import DataError

_CHUNK = 1 << 20
_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Feed(Protocol):
    """A reader that takes a stream of bytes cut anywhere, such as ItchFeed and DbnFeed."""

    def apply(self, data: memoryview) -> int: ...
    def finish(self) -> None: ...


def apply_file(feed: Feed, path: Path) -> None:
    """Feed the whole of a file, plain, gzipped or compressed with Zstandard (told by its first bytes).

    Raises
    ------
    DataError
        The file is absent, damaged or faulty; the error names it. For a ``.zst`` file without the package
        ``zstandard`` it says how to install it.
    """
    try:
        for chunk in chunks(path):
            with memoryview(chunk) as view:
                feed.apply(view)
        feed.finish()
    except DataError as error:
        if error.path is not None:
            raise
        raise DataError(error.message, path=str(path), row=error.row) from error


def chunks(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Yield the content of a file in pieces; a plain file in one, mapped into memory.

    Raises
    ------
    DataError
        The file is absent, cannot be read, or its compressed stream is cut short or damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if head[:2] == _GZIP:
            yield from _gunzipped(path)
        elif head == _ZSTANDARD:
            yield from _unzstandarded(path)
        elif head:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                yield mapped
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from error


def _gunzipped(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"the gzip file is cut short or damaged ({error}); fetch it again", path=str(path)) from error


def _unzstandarded(path: Path) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise DataError(
            "is compressed with Zstandard; pip install 'pytrader[databento]', or unpack it first", path=str(path)
        ) from error
    frame, open_frame = zstandard.ZstdDecompressor().decompressobj(), False
    with path.open("rb") as file:
        while packed := file.read(_CHUNK):
            while packed:
                try:
                    chunk = frame.decompress(packed)
                except zstandard.ZstdError as error:
                    raise DataError(
                        f"the Zstandard file is damaged ({error}); fetch it again", path=str(path)
                    ) from error
                packed, open_frame = frame.unused_data, not frame.eof
                if frame.eof:
                    frame = zstandard.ZstdDecompressor().decompressobj()
                if chunk:
                    yield chunk
    if open_frame:
        raise DataError("the Zstandard file is cut short; fetch it again", path=str(path))
