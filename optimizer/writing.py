"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside `path` to be written, which takes its place once all went well.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    new = path.with_name(f".new-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        yield new
        new.replace(path)
    except OSError as error:
        raise CampaignError(
            f"{path} cannot be written: close it elsewhere, or choose another folder ({error})"
        ) from None
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
