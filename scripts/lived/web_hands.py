"""The office's work by the pages of a server: planned, typed, handed in and decided over HTTP.

The server is in this process, and what it gives to workers is done at once, so that days of years
to come can be lived; all else is as a browser and a phone have it.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

import httpx
import uvicorn

from lived.hands import ITERATIONS, on_paper
from optimizer.desk import CATEGORIES, RESULT_KEYS, Campaign
from optimizer.web.app import create_app
from optimizer.web.served import Served

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from optimizer.catalogue import Lang
    from optimizer.model import DayPlan
    from optimizer.records import Entry
    from optimizer.web.workers import Order

PLANNER: Final = "planner"
PASSWORD: Final = "Zoufang-2027"  # noqa: S105  (of somebody made up)


class AtOnce:
    """Does at once what a server's workers do in their own time."""

    def __init__(self, folder: Campaign) -> None:
        self._folder = folder

    def submit(self, order: Order) -> Future[Any]:
        """Do an order; the answer is there."""
        done: Future[Any] = Future()
        self._folder.act_for(order.who)
        try:
            done.set_result(getattr(self._folder, order.method)(*order.values, **dict(order.facts)))
        except Exception as error:  # noqa: BLE001  (the server says it, as of a worker)
            done.set_exception(error)
        return done

    def do(self, order: Order) -> Any:  # noqa: ANN401
        """As in `Workers`."""
        return self.submit(order).result()

    def progress(self, job: int) -> tuple[float, int]:  # noqa: ARG002
        """As in `Workers`."""
        return 1.0, 0

    def forget(self, job: int) -> None:
        """As in `Workers`."""

    def close(self) -> None:
        """As in `Workers`."""
        self._folder.close()


class SteadyServer(Served):
    """A server whose plans are the same on every machine."""

    def begin(
        self,
        what: str,
        station: str,
        date: str,
        who: str,
        lang: Lang,
        **facts: Any,  # noqa: ANN401
    ) -> int:
        """As in `Served`, by iterations."""
        steady = {"seconds": None, "iterations": ITERATIONS}
        return super().begin(what, station, date, who, lang, **facts, **steady)


class WebHands:
    """The pages of a campaign's server; crews of `paper` hand in on paper, the others by phone."""

    def __init__(self, folder: Campaign, paper: frozenset[str] = frozenset()) -> None:
        self.folder, self.paper = folder, paper
        folder.people.add(PLANNER, PLANNER, "", PASSWORD, initial=False)
        self._served = SteadyServer(folder.path, 1)
        self._served.workers.close()
        self._served.workers = AtOnce(Campaign(folder.path))  # type: ignore[assignment]
        address = self._listen()
        self._client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=600.0)
        self._post("/sign-in", {"name": PLANNER, "password": PASSWORD})
        self._links: dict[tuple[str, str, str], str] = {}

    def _listen(self) -> str:
        """Begin the server; tell its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app = create_app(self._served)
        config = uvicorn.Config(app, port=port, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    def close(self) -> None:
        """End the server."""
        self._client.close()
        self._server.should_exit = True
        self._thread.join()
        self._served.close()

    def plan_day(self, station: str, day: dt.date) -> DayPlan:
        """As in `Hands`."""
        self._post(f"/s/{station}/{day}/plan", {"slower": "1.0"})
        plan = self.folder.day_plan(station, day)
        page = self._client.get(f"/s/{station}/{day}/phones").text
        tokens = dict.fromkeys(re.findall(r"/p/([\w-]+)", page))
        for route, token in zip(plan.routes, tokens, strict=True):
            self._links[station, str(day), route.crew_id] = token
        return plan

    def take(self, entries: Sequence[Entry]) -> None:
        """As in `Hands`."""
        first = entries[0]
        if first.crew in self.paper:
            path = f"/s/{first.station}/evening/{first.date}/{first.crew}/rows"
            self._send(path, {"rows": [_typed(on_paper(entry)) for entry in entries]})
            return
        head = {"station": first.station, "date": first.date, "crew": first.crew}
        parcel = {"format": "zoufang-records", "version": 1, **head}
        token = self._links[first.station, first.date, first.crew]
        parcel["records"] = [_tapped(entry) for entry in entries]
        self._send(f"/hand-in/{token}", parcel)

    def give_up(self, station: str, day: dt.date, crew: str) -> None:
        """As in `Hands`."""
        self._post(f"/s/{station}/{day}/give-up", {"crew": crew})

    def rectify(self, finding: str, account: str, day: dt.date) -> None:  # noqa: ARG002
        """As in `Hands`, on the day it is."""
        self._move(account, "findings", finding, "rectified")

    def connect(self, request: str, account: str, day: dt.date) -> None:  # noqa: ARG002
        """As in `Hands`, on the day it is."""
        self._move(account, "requests", request, "connected")

    def promise(self, account: str, day: dt.date, window: str) -> None:
        """As in `Hands`."""
        path = f"/s/{self._station(account)}/customers/{account}/appointment"
        self._post(path, {"date": str(day), "window": window})

    def _move(self, account: str, which: str, name: str, state: str) -> None:
        self._post(f"/s/{self._station(account)}/matters/{which}", {"name": name, "state": state})

    def _station(self, account: str) -> str:
        return str(self.folder.customers_named([account])["station"].iloc[0])

    def _post(self, path: str, facts: dict[str, str]) -> None:
        answer = self._client.post(path, data=facts)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")

    def _send(self, path: str, facts: dict[str, Any]) -> None:
        answer = self._client.post(path, json=facts)
        said = answer.json()
        if answer.status_code >= 400 or any(one["state"] != "stored" for one in _receipts(said)):
            raise RuntimeError(f"{path}: {answer.status_code} {said}")


def _receipts(said: dict[str, Any]) -> list[dict[str, Any]]:
    return said["answers"] if "answers" in said else [*said["receipts"].values()]


def _typed(entry: Entry) -> dict[str, Any]:
    """A row as the clerk's page sends it."""
    findings = entry.findings
    return {
        "row": entry.row,
        "version": entry.version,
        "number": 0,
        "result": RESULT_KEYS.index(entry.result) + 1,
        "codes": [CATEGORIES.index(finding.category) + 1 for finding in findings],
        "repaired": [CATEGORIES.index(one.category) + 1 for one in findings if one.repaired],
        "note": findings[0].note if findings else "",
        "opinion": entry.opinion,
    }


def _tapped(entry: Entry) -> dict[str, Any]:
    """A record as a phone's page sends it."""
    names = ("account_no", "visit_id", "row", "kind", "result", "at", "opinion", "undoes")
    return {
        **{name: getattr(entry, name) for name in names},
        "id": f"{entry.crew}-{entry.date}-{entry.id}",
        "findings": [
            {"category": one.category, "repaired": one.repaired, "note": one.note}
            for one in entry.findings
        ],
        "repaired": entry.repaired,
    }
