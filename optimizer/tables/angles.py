"""Degrees as surveys, phones and people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("度º˚", "°"),
        **dict.fromkeys("分′’‘`´", "'"),
        **dict.fromkeys("秒″”“", '"'),
        "−": "-",
        "，": ",",
    }
)
_SIDES: Final = {"E": 1, "W": -1, "N": 1, "S": -1, "东": 1, "西": -1, "北": 1, "南": -1}
_EASTERN: Final = frozenset("EW东西")
_SIDE: Final = re.compile(r"(?:[EWNS]|[东西]经|[南北]纬|[东西南北])", re.IGNORECASE)
_ANGLE: Final = re.compile(
    r"(?P<sign>[-+]?)(?P<degrees>\d+(?:\.\d+)?)"
    r"(?:\s*(?P<mark>[°:\s])\s*(?:(?P<minutes>\d+(?:\.\d+)?)"
    r"(?:\s*(?:'(?!')|:|\s)\s*(?:(?P<seconds>\d+(?:\.\d+)?)\s*(?:\"|'')?)?)?)?)?"
)

_PARTED: Final = re.compile(r"(\d{1,3})[- ](\d{1,2})[- ](\d{1,2}(?:\.\d+)?)(\s?[EWNS]?)")
"""Degrees, minutes and seconds with nothing but spaces or dashes between."""


def degrees_of(text: str, *, east: bool) -> float | None:
    """Degrees east (or north) of a text: 113.5, 113.5°E, 东经113度30分, 113°30'12.5"; else None."""
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).strip()
    try:
        number = float(plain)
    except ValueError:
        pass
    else:
        return number if math.isfinite(number) and "_" not in plain else None
    if apart := _PARTED.fullmatch(plain):
        plain = "{}°{}'{}\"{}".format(*apart.groups())
    sides = _SIDE.findall(plain)
    plain = _SIDE.sub("", plain).strip()
    found = _ANGLE.fullmatch(plain.rstrip("°").rstrip() if plain.count("°") == 1 else plain)
    if len(sides) > 1 or found is None or (not sides and found["mark"] == " "):
        return None
    if sides and (sides[0][0].upper() in _EASTERN) != east:
        return None
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    if minutes >= 60 or seconds >= 60 or (found["minutes"] and "." in found["degrees"]):
        return None
    value = float(found["degrees"]) + minutes / 60 + seconds / 3600
    side = _SIDES[sides[0][0].upper()] if sides else 1
    return -value if (found["sign"] == "-") != (side < 0) else value
