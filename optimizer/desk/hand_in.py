"""The crews' desk: a phone has its page from the server, and hands its records in by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizer.atomic_files import file_name
from optimizer.catalogue import Message
from optimizer.desk.evening import Evening
from optimizer.desk.opened import day_of
from optimizer.desk.photographs import Photographs, Receipt
from optimizer.errors import CampaignError, RecordError

if TYPE_CHECKING:
    from optimizer.desk.phone_links import PhoneLink
    from optimizer.records import Entry


@dataclass(slots=True)
class HandedIn:
    """Receipts by the ids of records."""

    receipts: dict[str, Receipt] = field(default_factory=dict)


class HandIn(Evening, Photographs):
    """Wishes of a crew with a phone."""

    def latest_version(self, station: str, date: str) -> int:
        """The latest version of a station's day; 0 without one."""
        return self.register.sheets.latest_version(station, date)

    def changed_since(self, link: PhoneLink) -> tuple[int, int]:
        """How many customers the crew's latest sheet has more and fewer than that of the link."""
        sheets = self.register.sheets
        latest = sheets.latest_version(link.station, link.date)
        old, new = (
            sheets.accounts(link.station, link.date, link.crew, version)
            for version in (link.version, latest)
        )
        return len(new - old), len(old - new)

    def hand_in(self, link: PhoneLink, text: str) -> HandedIn:
        """Store what a phone hands in, each record once; a receipt for each.

        Only records of the link's own crew and day count, of customers on the day's sheets.

        Raises
        ------
        RecordError
            The text is no export of a phone's page.
        """
        from optimizer.records import Reading, read_text

        ids = _ids(text)
        source = f"phone {link.crew}"
        reading = read_text(text, source)
        handed = HandedIn()
        for fault in reading.faults:
            if fault.row is not None and ids[fault.row - 1]:
                handed.receipts[ids[fault.row - 1]] = Receipt("refused", fault)
        doors = self.register.sheets.accounts(link.station, link.date)
        good = []
        for entry in reading.entries:
            if _is_of(entry, link, doors):
                good.append(entry)
            else:
                handed.receipts[entry.id] = Receipt("refused", Message("record.other_sheet"))
        with self.register.store.writing():
            before = self.register.ledgers.known({entry.id for entry in good})
            (received,) = self.take_records([(source, Reading(entries=good))])
            after = self.register.ledgers.known({entry.id for entry in good})
        wrong = {fault.row: fault for fault in (*received.reading.faults, *received.taken.faults)}
        for entry in good:
            handed.receipts[entry.id] = (
                Receipt("known")
                if entry.id in before
                else Receipt("stored")
                if entry.id in after
                else Receipt("refused", wrong.get(entry.place))
            )
        return handed

    def phone_pages(self, station: str, date: str, hand_in: dict[str, str]) -> dict[str, str]:
        """The pages of some crews of a day, by crew.

        Parameters
        ----------
        hand_in
            Where each hands in; "here" for a page that is served.

        Raises
        ------
        CampaignError
            There is no plan of that day, or a crew has no route in it.
        """
        from optimizer.drawing.map_content import draw_day
        from optimizer.maps import crew_html

        plan = self.register.day_plan(station, day_of(date))
        routes = {} if plan is None else {route.crew_id: route for route in plan.routes}
        strangers = sorted(hand_in.keys() - routes.keys())
        if plan is None or strangers:
            raise CampaignError("day.no_route", crew=strangers)
        drawing = draw_day(plan, self.roads, self.settings)
        return {
            crew: crew_html(plan, drawing, self.settings, crew, self.lang, hand_in=where)
            for crew, where in hand_in.items()
        }

    @staticmethod
    def page_name(crew: str) -> str:
        """How the file of a crew's page is called."""
        return f"{file_name(crew)}.html"

    @staticmethod
    def link_code(address: str) -> str:
        """A link as a QR code in SVG."""
        from optimizer.drawing.qr import qr_svg

        return qr_svg(address)


def _ids(text: str) -> list[str]:
    """The ids of an export's records, "" where one has none."""
    try:
        content: Any = json.loads(text)
        records = content["records"]
        return [str(one.get("id") or "") if isinstance(one, dict) else "" for one in records]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise RecordError("record.no_export") from None


def _is_of(entry: Entry, link: PhoneLink, doors: set[str]) -> bool:
    """Whether a phone with this link may say this."""
    sheet = (entry.station, entry.date, entry.crew)
    return (
        sheet == (link.station, link.date, link.crew)
        and entry.account_no in doors
        and entry.id.startswith(f"{link.crew}-{link.date}-")
    )
