"""Which characters can be printed, and with whose help.

The font that comes with us has some 31,000 characters; a rare name may need another. Then fonts of
the folder that the settings name and of the system help out, and what none of them has is printed
as the printer's geta mark (〓) and told at the foot of the sheet by its number.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pylopdf_fonts_zh_cn
import typst  # noqa: TID251  (this is the room behind which it lives)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.settings import PaperSettings

GETA = "〓"
_COLLECTION = b"ttcf"


@cache
def fonts(folder: str, *, system: bool) -> typst.Fonts:
    """Our font, those of a folder (if any), and those of the system (if wanted)."""
    paths = [pylopdf_fonts_zh_cn.sans_path().parent, *([Path(folder)] if folder else [])]
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=paths)


def foreign(job: object) -> set[str]:
    """Characters of a print job that our own font lacks."""
    own = characters(pylopdf_fonts_zh_cn.sans_path())
    return {char for text in _texts(job) for char in set(text) if ord(char) not in own} - _UNPRINTED


_UNPRINTED = {"\n", "\u200b", "\u200d", "\ufe0f"}


def unknown(chars: set[str], paper: PaperSettings) -> set[str]:
    """Those of some characters that no font has."""
    rest = {ord(char) for char in chars}
    for font in fonts(paper.fonts, system=True).fonts():
        if rest and font.path is not None:
            rest -= characters(Path(font.path))
    return {chr(code) for code in rest}


def replaced(job: Any, chars: set[str]) -> Any:  # noqa: ANN401  (any JSON)
    """A print job in which some characters are geta marks; pictures are left alone."""
    if isinstance(job, dict):
        return {key: replaced(value, chars) for key, value in job.items()}
    if isinstance(job, list):
        return [replaced(value, chars) for value in job]
    if isinstance(job, str) and not chars.isdisjoint(job):
        return "".join(GETA if char in chars else char for char in job)
    return job


def _texts(job: object) -> Iterator[str]:
    if isinstance(job, str):
        yield job
    elif isinstance(job, dict | list):
        for value in job.values() if isinstance(job, dict) else job:
            yield from _texts(value)


@cache
def characters(path: Path) -> frozenset[int]:
    """Code points that a TrueType or OpenType file (or collection) has a shape for."""
    try:
        data = path.read_bytes()
        starts = [0]
        if data[:4] == _COLLECTION:
            (count,) = struct.unpack_from(">I", data, 8)
            starts = list(struct.unpack_from(f">{count}I", data, 12))
        return frozenset(code for start in starts for code in _font_characters(data, start))
    except (OSError, struct.error):
        return frozenset()


def _font_characters(data: bytes, start: int) -> Iterable[int]:
    (tables,) = struct.unpack_from(">H", data, start + 4)
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * index)
        if tag == b"cmap":
            (count,) = struct.unpack_from(">H", data, offset + 2)
            for number in range(count):
                _, _, where = struct.unpack_from(">HHI", data, offset + 4 + 8 * number)
                yield from _mapped(data, offset + where)


def _mapped(data: bytes, at: int) -> Iterable[int]:
    """Code points of one table; formats 4 and 12 are those in use for Unicode."""
    (form,) = struct.unpack_from(">H", data, at)
    if form == 12:
        (count,) = struct.unpack_from(">I", data, at + 12)
        for first, last, _ in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count]):
            yield from range(first, last + 1)
    elif form == 4:
        (twice,) = struct.unpack_from(">H", data, at + 6)
        lasts = struct.unpack_from(f">{twice // 2}H", data, at + 14)
        firsts = struct.unpack_from(f">{twice // 2}H", data, at + 16 + twice)
        for first, last in zip(firsts, lasts, strict=True):
            yield from range(first, min(last, 0xFFFE) + 1)
