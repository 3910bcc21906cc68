"""What pyosmium does not tell of an OpenStreetMap XML file: deletions, a broken-off end.

JOSM marks what is to be deleted with ``action="delete"``; Overpass closes an answer that it had to
break off as if it were whole, with a remark at its end.
"""

from __future__ import annotations

import bz2
import gzip
import re
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_OVERLAP = 4096
_REMARK = re.compile(rb"<remark>\s*(.*?)\s*</remark>", re.DOTALL)
_DELETE = re.compile(rb"""\saction\s*=\s*["']delete["']""")
_VERSIONS = re.compile(rb"""\svisible\s*=\s*["']false["']|<delete[\s>]""")


class Edits(NamedTuple):
    """What was found.

    Attributes
    ----------
    remark
        Why the server broke off its answer; "" where it did not.
    nodes, ways
        Ids of what an editor has deleted.
    has_deleted
        Objects may stand in it that are deleted, with or without their tags.
    """

    remark: str = ""
    nodes: frozenset[int] = frozenset()
    ways: frozenset[int] = frozenset()
    has_deleted: bool = False


def edits(path: Path) -> Edits:
    """Look through an XML file; a file of another kind or a damaged one has none."""
    if path.name.lower().endswith(".pbf"):
        return Edits()
    remark, has_marks, has_deleted = "", False, False
    for chunk in _chunks(path):
        if found := _REMARK.search(chunk):
            remark = found[1].decode("utf-8", "replace")
        has_marks = has_marks or _DELETE.search(chunk) is not None
        has_deleted = has_deleted or _VERSIONS.search(chunk) is not None
    marked = _marked(path) if has_marks else {"node": set(), "way": set()}
    return Edits(remark, frozenset(marked["node"]), frozenset(marked["way"]), has_deleted)


def _open(path: Path) -> IO[bytes] | gzip.GzipFile:
    name = path.name.lower()
    if name.endswith(".gz"):
        return gzip.open(path)
    return bz2.open(path) if name.endswith(".bz2") else path.open("rb")


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes piece by piece; pieces overlap, so that no mark is cut in two."""
    before = b""
    with suppress(OSError, EOFError), _open(path) as file:
        while piece := file.read(_CHUNK):
            yield before + piece
            before = piece[-_OVERLAP:]


def _marked(path: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"node": set(), "way": set()}

    def look(kind: str, attributes: dict[str, str]) -> None:
        if attributes.get("action") == "delete" and kind in found:
            with suppress(ValueError):
                found[kind].add(int(attributes.get("id", "")))

    parser = expat.ParserCreate()
    parser.StartElementHandler = look
    with suppress(OSError, EOFError, expat.ExpatError), _open(path) as file:
        parser.ParseFile(file)
    return found
