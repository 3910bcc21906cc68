"""The text of QR codes: found in what was scanned or pasted, put together, and unpacked."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
_ONE = re.compile(r"ZF1:(?!\d+/\d+:)([A-Za-z0-9_\-+/=]+)")
_PART = re.compile(r"ZF1:(\d{1,4})/(\d{1,4}):([A-Za-z0-9_\-]*):([A-Za-z0-9_\-+/=]*)")


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a text.

    Attributes
    ----------
    whole
        Packed text of codes that stand alone.
    parts
        The pieces of each code in parts, in their order; None where one is missing.
    damaged
        Codes that are neither.
    """

    whole: list[str]
    parts: list[list[str | None]]
    damaged: list[str]

    def packed(self) -> list[str]:
        """The packed texts of all codes that are complete."""
        complete = [pieces for pieces in self.parts if None not in pieces]
        return [*self.whole, *("".join(filter(None, pieces)) for pieces in complete)]

    def missing(self) -> list[tuple[str, int]]:
        """For each code that lacks parts which ones, and how many it has: ("2, 5", 7)."""
        return [
            (", ".join(numbers[:20]), len(pieces))
            for pieces in self.parts
            if (numbers := [str(n) for n, piece in enumerate(pieces, start=1) if piece is None])
        ]


def find_codes(text: str) -> Codes:
    """All codes of a text, whatever stands between them and however they were folded."""
    whole: list[str] = []
    damaged: list[str] = []
    parts: dict[tuple[str, int], dict[int, str]] = {}
    for piece in re.sub(r"\s+", "", text).split("ZF1:")[1:]:
        chunk = f"ZF1:{piece}"
        if part := _PART.match(chunk):
            number, count, key, data = part.groups()
            parts.setdefault((key, int(count)), {})[int(number)] = data
        elif one := _ONE.match(chunk):
            whole.append(one[1])
        else:
            damaged.append(chunk)
    return Codes(whole, [_ordered(found, count) for (_, count), found in parts.items()], damaged)


def _ordered(found: dict[int, str], count: int) -> list[str | None]:
    """The pieces in their order; some count from 0."""
    first = 0 if 0 in found and count not in found else 1
    return [found.get(number) for number in range(first, first + count)]


def unpacked(text: str) -> str:
    """The text behind base64url of deflate, with or without a zlib header.

    Raises
    ------
    ValueError
        It is damaged, cut off, or larger than 64 MB.
    """
    bare = text.rstrip("=")
    data = base64.b64decode(bare.translate(str.maketrans("-_", "+/")) + "=" * (-len(bare) % 4))
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _inflated(data, bits).decode("utf-8")
        except zlib.error:
            continue
    return data.decode("utf-8")


def _inflated(data: bytes, bits: int) -> bytes:
    machine = zlib.decompressobj(bits)
    text = machine.decompress(data, MAX_BYTES)
    if machine.unconsumed_tail or not machine.eof:
        raise zlib.error("cut off, or too large")
    return text
