"""Photographs of findings: handed in by phones, kept beside the register, named in its events.

A file is named by the digest of its content, so that what comes twice is one file. The register
holds who, when and of what; bulletin and ledgers do not show them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from optimizer.atomic_files import write_whole
from optimizer.catalogue import Message
from optimizer.desk.opened import OpenCampaign, day_of
from optimizer.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from optimizer.catalogue import Lang
    from optimizer.desk.phone_links import PhoneLink
    from optimizer.errors import Fault

EVENT: Final = "photograph"
MOST: Final = 3
"""So many photographs of a finding."""
MOST_BYTES: Final = 400_000
"""A phone makes them some 200 kB."""
MOST_SIDE: Final = 4096
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of a JPEG's segment that tells its size."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Marks without a segment."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a record or photograph; `why` of one that was refused."""

    state: Literal["stored", "known", "refused"]
    why: Message | Fault | None = None

    def in_words(self, lang: Lang) -> str:
        """Why it was refused; "" if it was not."""
        from optimizer.catalogue import shown

        why = getattr(self.why, "problem", self.why)
        return "" if why is None else str(shown(why, lang))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotographName:
    """What a phone says of a photograph; its id begins as those of the phone's records do."""

    id: str
    account_no: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A photograph as the register names it; `digest` is the SHA-256 of its file."""

    account_no: str
    date: str
    crew: str
    category: str
    digest: str


class Photographs(OpenCampaign):
    """Wishes of who takes photographs and of who looks at them."""

    def photograph_path(self, digest: str) -> Path:
        """Where a photograph lies."""
        return self.path / "photographs" / digest[:2] / f"{digest}.jpg"

    def photographs(self, accounts: Collection[str] | None = None) -> list[Photograph]:
        """Photographs of some customers, or all, in the order of their coming."""
        events = self.register.events(EVENT, accounts=accounts)
        rows = zip(*(events[name] for name in ("account_no", "date", "crew", "body")), strict=True)
        return [
            Photograph(account_no=account, date=date, crew=crew, **json.loads(body))
            for account, date, crew, body in rows
        ]

    def missing_photographs(self) -> list[Path]:
        """Files of photographs that the register names and that are not there."""
        paths = dict.fromkeys(self.photograph_path(one.digest) for one in self.photographs())
        return [path for path in paths if not path.is_file()]

    def photograph(self, account_no: str, digest: str) -> bytes:
        """The file of a customer's photograph.

        Raises
        ------
        RecordError
            The register names no such photograph of this customer, or its file is not there.
        """
        if digest in {one.digest for one in self.photographs([account_no])}:
            path = self.photograph_path(digest)
            if path.is_file():
                return path.read_bytes()
        raise RecordError("photograph.missing", account=account_no)

    def hand_in_photograph(self, link: PhoneLink, name: PhotographName, content: bytes) -> Receipt:
        """Keep a photograph that a phone hands in, once however often it comes.

        Only customers on the day's sheets count, of the link's own crew and day.
        """
        wrong = self._wrong(link, name) or _unfit(content)
        if wrong is not None:
            return Receipt("refused", wrong)
        digest = hashlib.sha256(content).hexdigest()
        path = self.photograph_path(digest)
        if not path.is_file():
            write_whole(path, content)
        with self.register.store.writing():
            there = {
                one.digest
                for one in self.photographs([name.account_no])
                if (one.date, one.category) == (link.date, name.category)
            }
            if digest in there:
                return Receipt("known")
            if len(there) >= MOST:
                return Receipt("refused", Message("photograph.enough", most=MOST))
            self.register.record(
                EVENT,
                {"category": name.category, "digest": digest},
                account_no=name.account_no,
                station=link.station,
                crew=link.crew,
                date=day_of(link.date),
            )
        return Receipt("stored")

    def _wrong(self, link: PhoneLink, name: PhotographName) -> Message | None:
        """Why a phone with this link may not hand this in."""
        from optimizer.records.entry import CATEGORIES

        own = name.id.startswith(f"{link.crew}-{link.date}-")
        doors = self.register.sheets.accounts(link.station, link.date)
        if not own or name.account_no not in doors:
            return Message("record.other_sheet")
        if name.category not in CATEGORIES:
            return Message("photograph.no_finding")
        return None


def _unfit(content: bytes) -> Message | None:
    """Why a file is not kept."""
    if len(content) > MOST_BYTES:
        return Message("photograph.large", most=MOST_BYTES // 1000)
    size = jpeg_size(content)
    if size is None or max(size) > MOST_SIDE:
        return Message("photograph.no_jpeg", most=MOST_SIDE)
    return None


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG that is whole; None of anything else."""
    if content[:2] != b"\xff\xd8" or content[-2:] != b"\xff\xd9":
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if mark in _FRAMES:
            height, width = (int.from_bytes(content[i : i + 2]) for i in (at + 5, at + 7))
            return (width, height) if width and height else None
        at += 2 if mark in _BARE else 2 + length
    return None
