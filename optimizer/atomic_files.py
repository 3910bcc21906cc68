"""The one door to the disk: files that appear whole or not at all, also when the power fails.

A file is written beside its place, synced, renamed over it, and its folder is synced. What is new
is for its owner alone, for most of it holds personal data; a file that had other rights keeps
them. What a killed process left half written is removed by the next that comes by.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import stat
import time
from typing import TYPE_CHECKING, Final

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import pandas as pd


_MOST = 60
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_HALF_WRITTEN: Final = re.compile(
    r"\.new-(?:(?P<host>[0-9a-f]{6})-)?(?P<pid>\d+)-.+"
    r"|\..+\.(?P<former>\d+)\.(?:new|backup)(?:-\w+)?"
)
"""Names of files that are being written; after the bar as they were before they named a host."""
_LONGEST_S: Final = 86_400
"""Nothing is written for longer than a day, whoever lives now under its writer's number."""
_REGISTER_ENDS: Final = ("-wal", "-shm", "-journal", "-queue")


def file_name(text: str) -> str:
    """A crew's or a station's id as every file system takes it; different for different ids.

    An id that had to be changed, or that looks like one that was, ends in a part of its hash, and
    so does one that Windows keeps for a device. Ids that differ only in their case are different
    files where the file system tells them apart.
    """
    name = re.sub(r"[^\w.-]+", "_", text).strip(".")[:_MOST]
    device = _DEVICES.match(name)
    if name == text and not device and not re.search(r"-[0-9a-f]{8}$", name):
        return name
    return f"{name or 'file'}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside `path` to be written, which takes its place once all went well.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    new = beside(path)
    try:
        make_folder(path.parent)
        remove_leftovers(path.parent)
        make_private(new)
        yield new
        settle(new, path)
    except OSError as error:
        raise _refusal(path, error) from None
    finally:
        discard(new)


def write_whole(path: Path, content: bytes | str) -> Path:
    """Write a file that appears whole or not at all; text as UTF-8.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with whole_file(path) as new:
        new.write_bytes(data)
    return path


def write_layers(path: Path, layers: Iterable[tuple[str, pd.DataFrame]]) -> Path:
    """Write a GeoPackage that appears whole or not at all, one layer a name.

    A frame without a geometry becomes a table.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    from pyogrio import write_dataframe  # noqa: PLC0415  (half a second)
    from pyogrio.errors import (  # noqa: PLC0415
        DataLayerError,
        DataSourceError,
        FeatureError,
    )

    with whole_file(path) as new:
        for name, frame in layers:
            try:
                write_dataframe(frame, new, layer=name, driver="GPKG")
            except (DataLayerError, DataSourceError, FeatureError) as error:
                raise OSError(str(error)) from error
    return path


# ---- the steps of it ---------------------------------------------------------------------------


def beside(path: Path) -> Path:
    """Where this process writes what is to take the place of `path`."""
    return path.with_name(f".new-{_host()}-{os.getpid()}-{path.name}")


def make_private(new: Path) -> None:
    """Begin a file that only its owner may read; nothing of an earlier one stays."""
    discard(new)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE))


def settle(new: Path, path: Path) -> None:
    """Put a written file in the place of `path`, for good: synced before and after.

    A file that is replaced hands on its rights.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else _PRIVATE_FILE
    new.chmod(mode)
    _sync(new)
    new.replace(path)
    sync_folder(path.parent)


def discard(new: Path) -> None:
    """Remove a file that is no longer needed, with what stands beside a register."""
    for end in ("", *_REGISTER_ENDS):
        with contextlib.suppress(OSError):
            new.with_name(new.name + end).unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; what is new is for its owner alone."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE_FOLDER)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder, where the system can be asked to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(path: Path, error: OSError) -> CampaignError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CampaignError("file.full", path=path, error=error)
    if error.errno == errno.EIO:
        return CampaignError("file.failing", path=path, error=error)
    return CampaignError("file.close_it", path=path, error=error)


# ---- what the dead have left, and what is open to everybody ------------------------------------


def remove_leftovers(folder: Path, *, deep: bool = False) -> list[Path]:
    """Remove what killed processes left half written, and tell what it was.

    Parameters
    ----------
    deep
        Also in the folders within.
    """
    removed = []
    for path in _files(folder, deep=deep):
        if _is_dead(path):
            with contextlib.suppress(OSError):
                path.unlink()
                removed.append(path)
    return removed


def open_to_all(folder: Path) -> list[Path]:
    """Files of a folder and of those within that everybody on the machine may read."""
    if os.name == "nt" or not _mode(folder) & stat.S_IXOTH:
        return []
    return [path for path in _files(folder, deep=True, only=_is_entered) if _is_read(path)]


def _is_entered(folder: Path) -> bool:
    return bool(_mode(folder) & stat.S_IXOTH)


def _is_read(path: Path) -> bool:
    return bool(_mode(path) & stat.S_IROTH)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _files(
    folder: Path, *, deep: bool, only: Callable[[Path], bool] = lambda _: True
) -> Iterator[Path]:
    """The files of a folder, and where it goes `deep` of those within that `only` lets in."""
    for top, folders, names in os.walk(folder):
        here = type(folder)(top)
        yield from (here / name for name in sorted(names))
        folders[:] = sorted(name for name in folders if deep and only(here / name))


def _is_dead(path: Path) -> bool:
    """Whether a file is half written and its writer is gone."""
    match = _HALF_WRITTEN.fullmatch(path.name)
    if match is None:
        return False
    try:
        if time.time() - path.stat().st_mtime > _LONGEST_S:
            return True
    except OSError:
        return False
    here = match["host"] in {None, _host()}
    return here and os.name != "nt" and not _is_alive(int(match["pid"] or match["former"]))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _host() -> str:
    """The machine in six letters: on a network drive numbers of processes are not enough."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]
