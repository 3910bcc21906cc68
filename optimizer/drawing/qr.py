"""QR codes as small SVG pictures."""

from __future__ import annotations

import segno

MASK = 2


def qr_svg(content: str) -> str:
    """A QR code that a phone reads from paper, with the quiet zone that it needs."""
    # One mask for all: the search for the best one takes most of the time and phones do not care.
    code = segno.make(content, error="l", boost_error=False, micro=False, mask=MASK)
    size = len(code.matrix)
    runs = "".join(_runs(row, y) for y, row in enumerate(code.matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {size + 4} {size + 4}">'
        f'<path d="{runs}" fill="none" stroke="#000"/></svg>'
    )


def _runs(row: bytearray, y: int) -> str:
    """Dark modules of a row as strokes of width one, neighbours joined."""
    pieces, start = [], None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            pieces.append(f"M{start} {y}.5H{x}")
            start = None
    return "".join(pieces)
