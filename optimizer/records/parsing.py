"""Files and pasted text from the field, made into entries; every fault is told, none is fatal.

Four forms are known by their content, not by their name: the JSON that a phone exports, the text
of its QR codes (`ZF1:`), and a typed-in sheet as CSV or XLSX.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from optimizer.records.entry import (
    CATEGORIES,
    KINDS,
    RESULTS,
    Entry,
    Finding,
    in_words,
    iso_date,
    iso_time,
)
from optimizer.records.entry_faults import entry_fault
from optimizer.records.field_words import word_of
from optimizer.records.qr_codes import MAX_BYTES, find_codes, unpacked
from optimizer.records.typed_sheets import Given, read_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from optimizer.errors import Fault

    Source = tuple[str, str | None, Callable[[], "Reading"]]

FORMAT: Final = "zoufang-records"
_MOST_PARTS: Final = 500_000
_MOST_VALUES: Final = 5_000_000
"""Far more than a station's year has; a small code could unpack to gigabytes of empty lists."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: entries, faults of what could not be read, and remarks about what was mended.

    Attributes
    ----------
    entries
        Good records, in the order of the file.
    faults
        Records and parts that could not be read.
    remarks
        Values inside good records that were left out, such as a clock that makes no sense.
    """

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def add(self, other: Reading) -> None:
        """Append another reading."""
        self.entries.extend(other.entries)
        self.faults.extend(other.faults)
        self.remarks.extend(other.remarks)


def read_together(
    paths: Sequence[Path], texts: Sequence[str] = (), given: Given | None = None
) -> list[tuple[str, Reading]]:
    """Entries of files and pasted texts, in which parts of one QR code may lie apart.

    Parameters
    ----------
    given
        What holds for rows of typed tables that do not say it themselves.

    Returns
    -------
    list of (name, reading)
        One for each file and text; those that lack parts of a code are read as one, the last,
        which has the names of all of them.
    """
    names = ["text"] if len(texts) == 1 else [f"text {n}" for n in range(1, len(texts) + 1)]
    sources: list[Source] = [
        *((path.name, _code_text(path), partial(read_records, path, given)) for path in paths),
        *(
            (name, text, partial(read_text, text, name))
            for name, text in zip(names, texts, strict=True)
        ),
    ]
    torn = [(name, text) for name, text, _ in sources if text is not None and _lacks_parts(text)]
    readings = [
        (name, read()) for name, text, read in sources if text is None or not _lacks_parts(text)
    ]
    if torn:
        together = ", ".join(name for name, _ in torn)
        text = "\n".join(text for _, text in torn)
        readings.append((together, read_text(text, together)))
    return readings


def read_records(path: Path, given: Given | None = None) -> Reading:
    """Entries of a file of any of the four forms."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return Reading(faults=[entry_fault(path.name, None, "system", "check_path", error=error)])
    return read_content(content, path.name, given)


def read_content(content: bytes, name: str, given: Given | None = None) -> Reading:
    """Entries of a file's content.

    Parameters
    ----------
    content
        At most 64 MB.
    name
        The file's name, for faults.
    given
        What holds for rows of a typed table that do not say it themselves.
    """
    if len(content) > MAX_BYTES:
        return Reading(faults=[entry_fault(name, None, "too_large", "right_file")])
    text = None if content[:2] == b"PK" else _decoded(content)
    if text is not None and not text.strip():
        return Reading(faults=[entry_fault(name, None, "empty", "export_again")])
    if text is None or not (text.lstrip()[0] in "{[" or "ZF1:" in text or FORMAT in text):
        return Reading(*read_typed(content, name, given))
    return read_text(text, name)


def read_text(text: str, name: str = "text") -> Reading:
    """Entries of pasted text: JSON, or the text of one or several QR codes in any order."""
    stripped = text.strip()
    if stripped[:1] in {"{", "["}:
        return _json(stripped, name)
    if FORMAT in stripped:
        return _amid_words(stripped, name)
    if "ZF1:" not in stripped:
        return Reading(faults=[entry_fault(name, None, "not_an_export_text", "copy_again")])
    result = Reading()
    codes = find_codes(stripped)
    damaged = list(codes.damaged)
    for part, parts in codes.missing():
        result.faults.append(
            entry_fault(name, None, "missing_part", "add_parts", part=part, parts=parts)
        )
    for packed in codes.packed():
        try:
            result.add(_json(unpacked(packed), name))
        except ValueError:
            damaged.append(packed)
    for code in damaged:
        result.faults.append(entry_fault(name, None, "damaged_code", "scan_again", value=code))
    return result


def _amid_words(text: str, name: str) -> Reading:
    """An export with a line of a chat before or behind it, which is told."""
    first, last = re.search(r"[{\[]", text), max(text.rfind("}"), text.rfind("]")) + 1
    if first is None or last <= first.start():
        return Reading(faults=[entry_fault(name, None, "not_an_export_text", "copy_again")])
    around = " ".join((text[: first.start()] + " " + text[last:]).split())
    result = _json(text[first.start() : last], name)
    result.remarks.append(entry_fault(name, None, "words_around", "look", value=around))
    return result


def _code_text(path: Path) -> str | None:
    """The text of a file that can be read; what it is worth, `read_records` says."""
    try:
        return _decoded(path.read_bytes()) if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


def _lacks_parts(text: str) -> bool:
    """Whether a text has codes of which parts are elsewhere."""
    if "ZF1:" not in text or text.strip()[:1] in {"{", "["}:
        return False
    return bool(find_codes(text).missing())


def _decoded(content: bytes) -> str | None:
    utf_16 = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


# ---- JSON --------------------------------------------------------------------------------------


def _json(text: str, name: str) -> Reading:
    if text.count("[") + text.count("{") > _MOST_PARTS or text.count(",") > _MOST_VALUES:
        return Reading(faults=[entry_fault(name, None, "too_many", "right_file")])
    try:
        content = [*_documents(text)]
    except (ValueError, RecursionError) as error:
        line, letter = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        fault = entry_fault(name, None, "damaged", "export_again", line=line, letter=letter)
        return Reading(faults=[fault])
    result = Reading()
    for sheet in content:
        result.add(_sheet(sheet, name))
    return result


def _documents(text: str) -> Iterator[Any]:
    """Sheets of an export, or of several that somebody has copied one below the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield from document if isinstance(document, list) else [document]
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,;"))


def _sheet(sheet: Any, name: str) -> Reading:  # noqa: ANN401
    if not isinstance(sheet, dict) or sheet.get("format") != FORMAT:
        return Reading(faults=[entry_fault(name, None, "not_an_export", "right_file")])
    if sheet.get("version") != 1:
        return Reading(
            faults=[
                entry_fault(
                    name, None, "unknown_version", "update",
                    value=sheet.get("version"),
                )
            ]
        )  # fmt: skip
    records = sheet.get("records")
    if not isinstance(records, list):
        return Reading(faults=[entry_fault(name, None, "no_list", "export_again")])
    result = Reading()
    for number, record in enumerate(records, start=1):
        result.add(_record(record, sheet, name, number))
    return result


def _record(record: Any, sheet: dict[str, Any], name: str, number: int) -> Reading:  # noqa: ANN401
    if not isinstance(record, dict):
        return Reading(faults=[entry_fault(name, number, "not_a_record", "by_hand", value=record)])
    faults = list(_wrong(record, sheet, name, number))
    if faults:
        return Reading(faults=faults)
    remarks: list[Fault] = []
    entry = Entry(
        id=_text(record["id"]),
        date=iso_date(_text(_either(record, sheet, "date"))),
        account_no=_text(record.get("account_no")),
        station=_text(_either(record, sheet, "station")),
        crew=_text(_either(record, sheet, "crew")),
        visit_id=_text(record.get("visit_id")),
        kind=_text(record.get("kind")) if record.get("kind") in KINDS else "",
        result=_result(record),
        opinion=_text(record.get("opinion"))[:2000],
        undoes=_text(record.get("undoes")) or None,
        place=number,
    )
    entry = replace(entry, **_extras(record, name, number, remarks))
    return Reading(entries=[entry], remarks=remarks)


def _wrong(
    record: dict[str, Any], sheet: dict[str, Any], name: str, number: int
) -> Iterator[Fault]:
    if not _text(record.get("id")):
        yield entry_fault(name, number, "no_id", "by_hand", column="id")
    if not _text(record.get("account_no")) and _whole(record.get("row")) is None:
        yield entry_fault(name, number, "no_account", "by_hand", column="account_no")
    result = _result(record)
    if result not in RESULTS and not (result == "" and _text(record.get("undoes"))):
        yield entry_fault(
            name, number, "not_a_result", "use_one_of",
            value=record.get("result"), column="result", known=in_words("result", RESULTS),
        )  # fmt: skip
    date = _either(record, sheet, "date")
    try:
        iso_date(_text(date))
    except ValueError:
        yield entry_fault(name, number, "not_a_date", "date_form", value=date, column="date")


def _result(record: dict[str, Any]) -> str:
    result = _text(record.get("result")).lower()
    return (
        "" if result in {"undo", "undone", "none", "null"} else word_of("result", result) or result
    )


def _extras(record: dict[str, Any], name: str, number: int, remarks: list[Fault]) -> dict[str, Any]:
    """The parts of a record that may be wrong without making the record wrong."""

    def remark(column: str) -> None:
        remarks.append(
            entry_fault(name, number, "left_out", "look", value=record.get(column), column=column)
        )

    extras: dict[str, Any] = {"row": _whole(record.get("row"))}
    try:
        extras["at"] = iso_time(_text(record.get("at"))) if record.get("at") else ""
    except ValueError:
        remark("at")
    lon, lat = _number(record.get("lon")), _number(record.get("lat"))
    if lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90:
        extras |= {"lon": lon, "lat": lat}
    elif record.get("lon") is not None or record.get("lat") is not None:
        remark("lon")
    extras["findings"] = _findings(record.get("findings"), remark)
    extras["repaired"] = _pieces(record.get("repaired"), remark)
    return extras


def _findings(value: Any, remark: Any) -> tuple[Finding, ...]:  # noqa: ANN401
    if not value:
        return ()
    if not isinstance(value, list):
        remark("findings")
        return ()
    found = []
    for item in value:
        if not isinstance(item, dict):
            remark("findings")
            continue
        category = _text(item.get("category")).lower()
        note = _text(item.get("note"))[:2000]
        if category not in CATEGORIES:
            remark("findings")
            category, note = "other", f"{category} {note}".strip()
        found.append(Finding(category=category, repaired=item.get("repaired") is True, note=note))
    return tuple(found)


def _pieces(value: Any, remark: Any) -> dict[str, int]:  # noqa: ANN401
    if not value:
        return {}
    if not isinstance(value, dict):
        remark("repaired")
        return {}
    pieces = {}
    for name, count in value.items():
        number = _whole(count)
        if number is None:
            if count not in (0, None, "0", ""):
                remark("repaired")
        elif number <= 1000:
            pieces[_text(name)[:40]] = number
    return pieces


def _either(record: dict[str, Any], sheet: dict[str, Any], key: str) -> Any:  # noqa: ANN401
    return record.get(key) or sheet.get(key)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip().replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _whole(value: object) -> int | None:
    """A whole number above 0, however JSON wrote it; None where it is none."""
    if isinstance(value, bool):
        return None
    try:
        number = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < 10**9 else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
