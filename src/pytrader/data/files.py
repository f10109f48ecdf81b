"""Whole files as bytes, gzip undone, with one clear error for what is absent or cut short."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from pytrader.errors import DataError


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; a ``.gz`` file (by content, not by name) is unpacked.

    Raises
    ------
    DataError
        The file is absent, cannot be read, or its gzip stream is cut short or damaged.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"the gzip file is cut short or damaged ({error}); fetch it again", path=str(path)) from error
