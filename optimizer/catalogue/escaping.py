"""Strangers' text made fit to show: no control characters, no endless words, masked if asked.

What comes out is still plain text. Escaping for HTML, SVG or typst is done where it is written.
"""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH_SPACE = "\u200b"
_UNSEEN = {"Cc", "Cf", "Cs"}
_KEPT = {"\u200d", "\ufe0f"}  # they hold emoji together
_LONG_WORD = re.compile(r"[!-~\u00a1-\u1fff]{19,}")


def clean(text: str, limit: int = 160) -> str:
    """Text on one line, without what cannot be seen and could turn a line around.

    Characters that are new, or of a county's own making (private use), are kept. Text longer than
    `limit` is cut and ends in an ellipsis.
    """
    spaced = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or char in _KEPT or not _is_unseen(char)
    )
    line = " ".join(spaced.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _is_unseen(char: str) -> bool:
    never_a_character = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return never_a_character or unicodedata.category(char) in _UNSEEN


def breakable(text: str, every: int = 12) -> str:
    """Text whose endless words may break: a zero-width space after each `every` characters."""
    return _LONG_WORD.sub(
        lambda word: ZERO_WIDTH_SPACE.join(
            word[0][start : start + every] for start in range(0, len(word[0]), every)
        ),
        text,
    )


def masked_name(name: str) -> str:
    """A name of which the first half shows, rounded up: 李** for 李建国, 王* for 王芳."""
    kept = max(1, len(name) // 2) if name else 0
    return name[:kept] + "*" * (len(name) - kept)


def masked_phone(phone: str) -> str:
    """A number whose middle is hidden: 138****5678."""
    if len(phone) < 8:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
