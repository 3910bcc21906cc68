"""Text of a cell without what programs and keyboards have put around it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_FORMULA: Final = re.compile(r"[=+@\t\r]|-(?![\d.]+$)")
_KEPT_TEXT: Final = re.compile(r"'+(?=[=+@\t\r-])")
"""The signs by which a formula was kept from being one."""


def inert(text: str) -> str:
    """A cell as a spreadsheet takes it for text, whatever strangers wrote; `clean` undoes it."""
    if _FORMULA.match(text) and not _FORMULA_TEXT.fullmatch(text):
        return f"'{text}"
    return text


def clean(text: str) -> str:
    """Text without control characters, marks of direction, and space around it, in NFC.

    Characters of the private use areas stay: rare names are written with them. The sign before
    what would else be a formula goes.
    """
    text = _KEPT_TEXT.sub("", text, count=1) if text.startswith("'") else text
    if text.isascii() and text.isprintable():
        return text.strip()
    if not text.isprintable():
        text = re.sub(r"\s+", " ", text)
        text = "".join(
            letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf"}
        )
    return unicodedata.normalize("NFC", text).strip()


def narrow(text: str) -> str:
    """Text in the normal width: digits, letters and signs of Chinese keyboards become ASCII."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def joined(text: str) -> str:
    """A name as it is compared: in the normal width, without case and space."""
    return re.sub(r"\s", "", narrow(clean(text))).casefold()


_STATION: Final = re.compile(r"(?:供电|电力|电管)?[所站]$")


def station_stem(name: str) -> str:
    """The name of a station without what all of them are called: 泗汾 of 泗汾供电所."""
    bare = joined(name)
    return _STATION.sub("", bare) or bare


_FORMULA_TEXT: Final = re.compile(r'[=＝]["“”](.*)["“”]', re.DOTALL)


def unquoted(text: str) -> str:
    """A text out of ="…", by which programs keep a spreadsheet from making it a number."""
    if text[:1] in {"=", "＝"} and (formula := _FORMULA_TEXT.fullmatch(text)):
        return formula[1].replace('""', '"').strip()
    return text
