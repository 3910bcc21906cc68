"""Telephone numbers in a cell: often several, with extensions, names and words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple


class PhoneNumber(NamedTuple):
    """A number that can be dialled: digits, those of an extension or "", and as it is written."""

    digits: str
    extension: str = ""
    label: str = ""

    @property
    def link(self) -> str:
        """For ``tel:``; a comma is a pause before the extension."""
        return f"{self.digits},{self.extension}" if self.extension else self.digits


_NOTHING: Final = frozenset(
    {
        "null",
        "none",
        "nan",
        "n/a",
        "无",
        "没有",
        "无电话",
        "暂无",
        "不详",
        "未知",
        "-",
        "--",
        "/",
        "0",
    }
)
_EXTENSION: Final = re.compile(
    r"\s*(?:转|分机号?|内线|ext\.?|extension|x|#)\s*[:.]?\s*(\d{1,6})", re.IGNORECASE
)
_DASHED: Final = re.compile(r"^(\D*0\d{2,3}[\s-]*\d{7,8})-(\d{1,6})$")
_APART: Final = re.compile(r"[/、,;|\n]|或|和|及|以及")
_WHOLE: Final = 7
"""Shorter numbers are dialled only where they stand alone: 139****1001 is not the number 139."""
_RUN: Final = re.compile(r"\+?\(?\d[\d\s().-]*")
_DIALLED: Final = re.compile(
    r"1[3-9]\d{9}"  # a mobile
    r"|0\d{9,11}"  # an area code and a number
    r"|[48]00\d{7}"
    r"|[2-8]\d{6,7}"  # a number in the county
    r"|1\d{2}|9\d{4}|1\d{4}|[5-9]\d{5}"  # services, and short numbers of a company
)


def is_no_phone(text: str) -> bool:
    """Whether a cell only says that there is no number."""
    return text.strip().casefold() in _NOTHING


def tidy(text: str) -> str:
    """A cell without the decimals that a program has put behind a number."""
    return re.sub(r"(?<![\d.])(\d{5,})\.0+(?!\d)", r"\1", text)


def phone_numbers(text: str) -> tuple[PhoneNumber, ...]:
    """The numbers of a cell, in order, each once; those of impossible length are none."""
    plain = tidy(unicodedata.normalize("NFKC", text))
    found = [number for part in _APART.split(plain) for number in _of_part(part)]
    return tuple({number.link: number for number in reversed(found)}.values())[::-1]


def is_odd(text: str) -> bool:
    """Whether something in a cell cannot be dialled."""
    plain = tidy(unicodedata.normalize("NFKC", text))
    for part in _APART.split(plain):
        figures = sum(letter.isdigit() for letter in part)
        dialled = sum(len(number.digits) + len(number.extension) for number in _of_part(part))
        if figures > dialled + 4 or (figures and not dialled):  # a country's number may go
            return True
    return bool(plain.strip()) and not phone_numbers(plain)


def _of_part(part: str) -> list[PhoneNumber]:
    whole, extension = part, ""
    if (named := _EXTENSION.search(part)) and re.search(r"\d", part[: named.start()]):
        extension, part = named[1], part[: named.start()]
    elif dashed := _DASHED.match(part.strip()):
        part, extension = dashed[1], dashed[2]
    found = [PhoneNumber(one, "", one) for run in _RUN.findall(part) for one in _dialled(run)]
    if extension and found:
        found[-1] = found[-1]._replace(extension=extension)
    figures = sum(letter.isdigit() for letter in part)
    found = [one for one in found if len(one.digits) >= _WHOLE or len(one.digits) == figures]
    return [found[0]._replace(label=whole.strip())] if len(found) == 1 else found


def _dialled(run: str) -> list[str]:
    """A run of figures as one number, or as several with space between."""
    whole = _without_country(run)
    if _DIALLED.fullmatch(whole):
        return [whole]
    for apart in (r"\s+", r"[\s-]+"):
        parts = [_without_country(part) for part in re.split(apart, run.strip())]
        if len(parts) > 1 and all(map(_DIALLED.fullmatch, parts)):
            return parts
    parts = [_without_country(part) for part in run.split()]
    return [part for part in parts if _DIALLED.fullmatch(part)] if len(parts) > 1 else []


def _without_country(run: str) -> str:
    digits = re.sub(r"\D", "", run)
    foreign = run.strip().startswith(("+86", "0086")) or (
        len(digits) == 13 and digits.startswith("861")
    )
    return re.sub(r"^(?:00)?86", "", digits) if foreign else digits
