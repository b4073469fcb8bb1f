"""gzip, in and out of open files."""

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from deadline import Deadline
from files import CHUNK, Damaged


@contextmanager
def packed_into(descriptor: int) -> Iterator[gzip.GzipFile]:
    """What compresses into a file that is open, and is complete at the end of the block."""
    with (
        open(descriptor, "wb", buffering=CHUNK, closefd=False) as file,
        # Neither name nor time in the header: the same content gives the same file.
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed,
    ):
        yield packed


@contextmanager
def unpacked(descriptor: int) -> Iterator[gzip.GzipFile]:
    """What a compressed file holds, from the beginning. Raises `Damaged` where reading shows that it is not whole."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        with open(descriptor, "rb", closefd=False) as file, gzip.GzipFile(fileobj=file) as packed:
            yield packed
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as failure:
        raise Damaged("not whole") from failure


def pieces(packed: IO[bytes] | gzip.GzipFile, deadline: Deadline) -> Iterator[bytes]:
    """The content, piece by piece."""
    while True:
        deadline.check()
        piece = packed.read(CHUNK)
        if not piece:
            return
        yield piece
