"""Photographs for tests: the smallest JPEG there is, and a large picture of noise."""

from __future__ import annotations

import random
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def jpeg(words: str = "", width: int = 640, height: int = 480) -> bytes:
    """A JPEG's frame with a comment; it has no picture in it, but says its size."""
    comment = words.encode()
    size = struct.pack(">HH", height, width)
    parts = [
        b"\xff\xd8",
        b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment,
        b"\xff\xc0" + struct.pack(">H", 11) + b"\x08" + size + b"\x01\x01\x11\x00",
        b"\xff\xd9",
    ]
    return b"".join(parts)


def camera_file(path: Path, width: int = 2400, height: int = 1800, seed: int = 1) -> Path:
    """A PNG as large as a camera's file, of stripes with noise, which no JPEG makes small."""
    chance = random.Random(seed)
    noise = chance.randbytes(width * 3)
    rows = b"".join(b"\0" + noise[3 * (y % 97) :] + noise[: 3 * (y % 97)] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path
