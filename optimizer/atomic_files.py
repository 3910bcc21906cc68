"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from typing import TYPE_CHECKING

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd


_MOST = 60
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


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
    new = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        yield new
        new.replace(path)
    except OSError as error:
        raise CampaignError("file.close_it", path=path, error=error) from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


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


def write_layers(path: Path, layers: Iterable[tuple[str, gpd.GeoDataFrame]]) -> Path:
    """Write a GeoPackage that appears whole or not at all, one layer a name.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    from pyogrio.errors import DataSourceError  # noqa: PLC0415  (half a second)

    with whole_file(path) as new:
        for name, frame in layers:
            try:
                frame.to_file(new, layer=name, driver="GPKG", engine="pyogrio")
            except DataSourceError as error:
                raise OSError(str(error)) from error
    return path
