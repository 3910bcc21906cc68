"""Print jobs: parts in the order in which they leave the printer, and the words they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import clean
from optimizer.sheets.crew_sheet import TICK_BOXES
from optimizer.sheets.forms import form_words
from optimizer.typesetting.fonts import foreign, replaced, unknown
from optimizer.typesetting.typst_press import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.handouts.day_view import DayView

COLUMNS = ("number", "customer", "qr", "result")
CHIEF_COLUMNS = ("crew", "members", "villages", "visits", "kinds", "start", "end", "km")


def print_parts(day: DayView, parts: Sequence[dict[str, Any]], mark: str = "") -> bytes:
    """A PDF of parts: sheets, forms, the chief's page; `mark` is a keyword of the file."""
    texts, station = day.texts, clean(day.plan.station.name, 30)
    strange = foreign(parts)
    if strange:
        parts = [_printable(day, part, strange) for part in parts]
    job = {
        "title": f"{station} {day.plan.date.isoformat()}",
        "station": station,
        "marks": [mark] if mark else [],
        "words": {
            **texts.room("sheet"),
            "results": [texts(f"result.{name}") for name in TICK_BOXES],
            "columns": [texts(f"sheet.column_{name}") for name in COLUMNS],
        },
        "chief": {"columns": [texts(f"chief.column_{name}") for name in CHIEF_COLUMNS]},
        "form": form_words(texts),
        "parts": list(parts),
    }
    return typeset("sheets/print", job, day.settings.paper, texts, help_out=bool(strange))


def _printable(day: DayView, part: dict[str, Any], strange: set[str]) -> dict[str, Any]:
    """A part without the characters that nobody can print, and a word about them."""
    lost = sorted(unknown(strange & foreign(part), day.settings.paper))
    if not lost:
        return part
    shown: dict[str, Any] = replaced(part, set(lost))
    if "legend" in shown:
        codes = " ".join(f"U+{ord(char):04X}" for char in lost[:6])
        shown["legend"] += "  " + day.texts("sheet.lost", codes=codes)
    return shown
