"""What the server keeps while it runs: people, jobs, workers, open campaigns, doors of days."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any

from optimizer.catalogue import Texts
from optimizer.desk import Campaign, JobsBook, KeptDoors, People, PhoneLinks
from optimizer.errors import CampaignError, ZoufangError
from optimizer.web.search_index import SearchIndex
from optimizer.web.workers import Order, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from optimizer.catalogue import Lang
    from optimizer.desk import PhoneLink
    from optimizer.model import DayPlan, Problem, Visit
    from optimizer.web.workers import Lane

NAMES_KEPT_S = 60.0
MOST_PAGES = 300
"""So many crews' pages are kept."""
ANSWERS_KEPT_S = 300.0
"""The county's figures are counted anew when they are older."""
DAYS_AHEAD = 4
"""Days, from today on, whose boards are had ready: on a Friday also Monday's."""
MOST_DAYS = 60
"""Of so many days the doors are kept."""


class ServedCampaign(Campaign):
    """The campaign as a page has it: what needs the roads is asked of a worker."""

    def __init__(self, served: Served, lang: Lang | None = None) -> None:
        super().__init__(served.folder, lang=lang)
        self._served = served

    def doors(self, plan: DayPlan) -> Problem:
        """As in `Boards`, from what the server keeps."""
        return self._served.doors(plan)

    def one_more_call(self, plan: DayPlan, account_no: str) -> Visit:
        """As in `Boards`."""
        order = Order(method="one_more_call", values=(plan, account_no), lang=self.lang)
        visit: Visit = self._served.workers.do(order)
        return visit


class Served:
    """The server's state.

    Parameters
    ----------
    folder
        The campaign's.
    workers
        How many processes plan; without it, as the settings say.

    Raises
    ------
    CampaignError
        There is no campaign, or its SQLite damages files that several processes write.
    """

    def __init__(self, folder: Path, workers: int | None = None) -> None:
        self.folder = folder
        with Campaign(folder) as campaign:
            self.settings = campaign.settings
            _ = campaign.register
            if not campaign.sqlite_is_sound:
                raise CampaignError("serve.sqlite", version=campaign.sqlite_version)
        self.people = People(folder / "people.sqlite")
        self.jobs = JobsBook(folder / "jobs.sqlite")
        self.links = PhoneLinks(folder / "phones.sqlite")
        self.workers = Workers(folder, workers or self.settings.serve.workers)
        self.search = SearchIndex(self._search_text)
        self._free: dict[Lang, LifoQueue[ServedCampaign]] = {"zh": LifoQueue(), "en": LifoQueue()}
        self._doors = KeptDoors(MOST_DAYS)
        self._pages: OrderedDict[tuple[PhoneLink, Lang], str] = OrderedDict()
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._answers: dict[tuple[str, Lang], tuple[Any, float]] = {}
        self._named_s = -NAMES_KEPT_S - 1.0

    def close(self) -> None:
        """End: workers at once, files closed."""
        self.workers.close()
        self.people.close()
        self.jobs.close()
        self.links.close()

    def make_ready(self) -> None:
        """Warm the workers up and, in the background, have ready what is asked for next."""
        self.workers.warm()
        threading.Thread(target=self._renew_ledgers, daemon=True).start()
        threading.Thread(target=self._prepare_search, daemon=True).start()
        threading.Thread(target=self._prepare_boards, daemon=True).start()

    def _prepare_search(self) -> None:
        with suppress(ZoufangError, RuntimeError), Campaign(self.folder) as campaign:
            imports = len(campaign.register.imports())
            self.search.prepare(campaign.register.stations()["station"], imports)

    def _renew_ledgers(self) -> None:
        """What the first row of the evening would wait for: other rules, an earlier day's seal."""
        with suppress(ZoufangError, RuntimeError), Campaign(self.folder) as campaign:
            campaign.follow_up_stale()

    def _prepare_boards(self) -> None:
        """Boards of days that are planned were open perhaps: they will be opened again."""
        with suppress(ZoufangError, RuntimeError), Campaign(self.folder) as campaign:
            days = [campaign.today + dt.timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
            for day, station in product(days, campaign.register.stations()["station"]):
                with suppress(CampaignError):
                    self.doors(campaign.day_plan(station, day), "days")

    def _search_text(self, station: str) -> str:
        text: str = self.workers.do(Order(method="search_text", values=(station,)))
        return text

    # ---- the campaign -------------------------------------------------------------------------

    @contextmanager
    def campaign(self, who: str, lang: Lang) -> Iterator[ServedCampaign]:
        """A campaign for one request, in somebody's name."""
        free = self._free[lang]
        try:
            campaign = free.get_nowait()
        except Empty:
            campaign = ServedCampaign(self, lang)
        stamp = campaign.settings_path.stat().st_mtime_ns
        if getattr(campaign, "stamp", stamp) != stamp:
            campaign.close()
            campaign = ServedCampaign(self, lang)
        campaign.stamp = stamp  # type: ignore[attr-defined]
        campaign.act_for(who)
        try:
            yield campaign
        finally:
            free.put(campaign)

    def station_names(self) -> dict[str, str]:
        """Names of all stations by their ids, as they were a minute ago."""
        now_s = time.monotonic()
        if now_s - self._named_s > NAMES_KEPT_S:
            with Campaign(self.folder) as campaign:
                table = campaign.register.stations()
            names = zip(table["station"], table["name"], strict=True)
            self._names = {station: name or station for station, name in names}
            self._named_s = now_s
        return self._names

    def doors(self, plan: DayPlan, lane: Lane = "questions") -> Problem:
        """The doors and rides of a day's plan, made by a worker when they are new."""
        order = Order(method="doors", values=(plan,), lane=lane)
        return self._doors.of(plan, lambda: self.workers.do(order))

    def forget_doors(self) -> None:
        """The roads are others now."""
        self._doors = KeptDoors(MOST_DAYS)

    def phone_page(self, link: PhoneLink, lang: Lang) -> str:
        """A crew's page, made by a worker when it is new."""
        with self._lock:
            kept = self._pages.get((link, lang))
        if kept is not None:
            return kept
        wanted = (link.station, link.date, {link.crew: "here"})
        order = Order(method="phone_pages", values=wanted, lang=lang)
        html: str = self.workers.do(order)[link.crew]
        with self._lock:
            self._pages[link, lang] = html
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return html

    def as_it_was(self, method: str, lang: Lang) -> tuple[Any, float]:
        """What a worker has answered within the last minutes, and how many seconds ago."""
        now_s, key = time.monotonic(), (method, lang)
        kept = self._answers.get(key)
        if kept is None or now_s - kept[1] > ANSWERS_KEPT_S:
            answer = self.workers.do(Order(method=method, lang=lang, lane="days"))
            kept = self._answers[key] = (answer, time.monotonic())
        return kept[0], time.monotonic() - kept[1]

    # ---- long work ----------------------------------------------------------------------------

    def begin(
        self,
        what: str,
        station: str,
        date: str,
        who: str,
        lang: Lang,
        **facts: Any,  # noqa: ANN401
    ) -> int:
        """Begin a job of a station's day; a job of the same kind that goes on is the answer."""
        with self._lock:
            latest = self.jobs.latest(what, station, date)
            if latest is not None and latest.is_open:
                return latest.number
            number = self.jobs.add(what, station, date, who)
        order = Order(
            method=METHODS[what],
            values=(station, date) if station else (),
            facts=tuple(facts.items()),
            who=who,
            lang=lang,
            job=number,
            lane="days" if station else "county",
            searches=bool(station),
        )
        self.jobs.set(number, "running")
        future = self.workers.submit(order)
        future.add_done_callback(lambda done: self._ended(number, done, lang, (station, date)))
        return number

    def _ended(self, number: int, done: Future[Any], lang: Lang, day: tuple[str, str]) -> None:
        self.workers.forget(number)
        if done.cancelled():
            self.jobs.set(number, "interrupted")
            return
        error = done.exception()
        if error is None:
            self.jobs.set(number, "done")
            if day[0]:
                threading.Thread(target=self._have_doors_ready, args=day, daemon=True).start()
        elif isinstance(error, ZoufangError):
            self.jobs.set(number, "failed", error.in_words(lang))
        else:
            self.jobs.set(number, "failed", Texts(lang)("web.job_broken", why=repr(error)[:200]))

    def _have_doors_ready(self, station: str, date: str) -> None:
        """The board of a day that has just been planned is opened next."""
        with suppress(ZoufangError), Campaign(self.folder) as campaign:
            self.doors(campaign.day_plan(station, date))


METHODS = {
    "plan": "plan_day",
    "replan": "replan_board",
    "complete": "complete_board",
    "campaign": "renew_campaign",
}
"""What a job asks the desk for."""
