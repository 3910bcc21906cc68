"""Writers in a fair queue: who came first writes first, across processes and threads.

SQLite's own waiting is a lottery: a clerk may lose against nineteen others for seconds. Here a
writer draws a ticket and locks the byte of that number in a file beside the register; its turn has
come when no byte of an earlier ticket is locked. The system frees the locks of whoever dies. Where
it knows no such locks, SQLite's own remain.
"""

from __future__ import annotations

import os
import struct
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL_S: Final = 0.001
_MUTEX, _TICKETS = 16, 1024
"""Bytes of the file: the last ticket stands in the first eight."""
_COUNTER: Final = struct.Struct("<Q")
_MOST: Final = 2**60


class QueueTimeoutError(TimeoutError):
    """Those before in the queue have not come to an end."""


@contextmanager
def turn(register: Path, timeout_s: float) -> Iterator[None]:
    """Wait for one's turn to write to a register, and keep it.

    Raises
    ------
    QueueTimeoutError
        Others have kept it for so long.
    OSError
        The file of the queue cannot be opened.
    """
    if not hasattr(fcntl, "F_OFD_SETLK"):
        yield
        return
    handle = _opened(register)
    try:
        ends = time.monotonic() + timeout_s
        ticket = _draw(handle, ends)
        _lock(handle, fcntl.F_RDLCK, _TICKETS, ticket, ends)
        yield
    finally:
        os.close(handle)  # and all its locks with it


def _opened(register: Path) -> int:
    """The file of the queue, with the rights and the owner of the register."""
    path = register.with_name(f"{register.name}-queue")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):
        like, own = register.stat(), os.fstat(handle)
        if own.st_uid == os.geteuid() and not own.st_size:
            os.fchmod(handle, like.st_mode & 0o666)
            os.fchown(handle, like.st_uid, like.st_gid)
    return handle


def _draw(handle: int, ends: float) -> int:
    """Take the next number and lock its byte."""
    _lock(handle, fcntl.F_WRLCK, _MUTEX, 1, ends)
    last = os.pread(handle, _COUNTER.size, 0)
    ticket = (_COUNTER.unpack(last)[0] if len(last) == _COUNTER.size else 0) % _MOST + 1
    os.pwrite(handle, _COUNTER.pack(ticket), 0)
    _lock(handle, fcntl.F_WRLCK, _TICKETS + ticket, 1, ends)
    _set(handle, fcntl.F_UNLCK, _MUTEX, 1)
    return ticket


def _lock(handle: int, kind: int, first: int, length: int, ends: float) -> None:
    while not _set(handle, kind, first, length):
        if time.monotonic() > ends:
            raise QueueTimeoutError
        time.sleep(_POLL_S)


def _set(handle: int, kind: int, first: int, length: int) -> bool:
    """Lock or free bytes for this opening of the file alone, threads of a process apart."""
    wanted = struct.pack("hhqqi", kind, os.SEEK_SET, first, length, 0)
    try:
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, wanted)
    except (BlockingIOError, PermissionError):
        return False
    return True
