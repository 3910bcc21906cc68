"""An evening at the server: clerks type, phones hand in, chiefs change days, a backup is made.

    python scripts/benchmarks/web_load.py evening --folder COUNTY [--minutes 10] [--phones 300]
        [--clerks 20] [--boards 20] [--kills 2] [--pause 2]

Each clerk types a row every `--pause` seconds (0: without pause), each phone hands in 25 records in
parcels of five, every parcel twice; some connections are cut in the middle of a parcel, and the
server is killed and started again at random. What was said yes to stands in the field's own
book, which is held against the register in the end: nothing lost, nothing doubled. The campaign is
copied.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
from evening_sheets import Sheet, print_sheets
from web_load import PASSWORD, ROOT, free_port, job_is_over, p95, plan, signed_in, timed, wait_for

if TYPE_CHECKING:
    import datetime as dt

ROWS: Final = 25
PARCEL: Final = 5
LEAST_ROWS: Final = 15
"""A clerk's sheets have so many rows at least, on average."""
SENDERS: Final = 24
"""So many phones hand in at one moment at most."""
CUT_SHARE: Final = 0.05
RESULTS: Final = ("done", "nobody_home", "refused")
DRAIN_S: Final = 120.0
SLOW_S: Final = 0.2
"""When more than this was waited for an answer is told: what else happened at that time?"""


@dataclass
class Book:
    """What the field itself knows: results by the ids of records that were acknowledged."""

    results: dict[str, str] = field(default_factory=dict)
    typed_s: list[float] = field(default_factory=list)
    handed_s: list[float] = field(default_factory=list)
    looked_s: list[float] = field(default_factory=list)
    again: int = 0
    cut: int = 0
    slow_at: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Evening:
    """One evening: where it is served, until when, and what came of it."""

    folder: Path
    url: str
    today: dt.date
    chance: random.Random
    begun: float = 0.0
    ends: float = 0.0
    server: subprocess.Popen[bytes] = field(init=False)
    book: Book = field(default_factory=Book)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_late(self) -> bool:
        """Whether nobody waits any longer, even for what is outstanding."""
        return time.monotonic() > self.ends + DRAIN_S


def evening(arguments: list[str]) -> None:
    """Serve, load, hold the books against each other, print."""
    wish = _wish(arguments)
    with tempfile.TemporaryDirectory(prefix="evening-", ignore_cleanup_errors=True) as top:
        folder = Path(top) / "county"
        shutil.copytree(
            wish.folder, folder, ignore=shutil.ignore_patterns("out", "input", "backups")
        )
        rows_a_clerk = int(60 * wish.minutes / max(0.2, wish.pause)) + 1
        paper = wish.clerks * -(-rows_a_clerk // LEAST_ROWS)
        sheets, today, tokens = _prepare(folder, wish, paper)
        url = f"http://127.0.0.1:{free_port()}"
        one = Evening(folder, url, today, random.Random(wish.seed))
        one.server = _start(one)
        try:
            wait_for(url)
            one.begun = time.monotonic()
            one.ends = one.begun + 60 * wish.minutes
            _load(one, wish, sheets, tokens)
        finally:
            one.server.terminate()
            one.server.wait(30)
        agree = _held_against_register(one, sheets)
    _print(one, wish)
    sys.exit(0 if agree and not one.book.wrong else 1)


def _wish(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, required=True, help="a planned campaign")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--clerks", type=int, default=20)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between a clerk's rows")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _prepare(
    folder: Path, wish: argparse.Namespace, paper: int
) -> tuple[list[Sheet], dt.date, list[str]]:
    """Sheets, people, the phones' links and the chiefs' days."""
    from optimizer.desk import Campaign, PhoneLinks, day_of  # noqa: PLC0415

    with Campaign(folder) as campaign:
        sheets, today = print_sheets(campaign, wish.phones + paper, ROWS)
        for k in range(wish.clerks + 1):
            campaign.people.add(f"k{k}", "planner", "", PASSWORD, initial=False)
        campaign.people.close()
    links = PhoneLinks(folder / "phones.sqlite")
    tokens = [
        links.make(one.station, day_of(one.date), one.crew, one.version)
        for one in sheets[: wish.phones]
    ]
    links.close()
    return sheets, today, tokens


def _start(one: Evening) -> subprocess.Popen[bytes]:
    port = one.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(one.folder), "--port", port]
    environment = os.environ | {"ZOUFANG_TODAY": one.today.isoformat(), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _load(one: Evening, wish: argparse.Namespace, sheets: list[Sheet], tokens: list[str]) -> None:
    """All at work at once; the server is killed in between."""
    paper = sheets[wish.phones :]
    parcels = _parcels(one, sheets[: wish.phones], tokens, wish.minutes)
    people = [
        threading.Thread(target=_type, args=(one, k, paper[k :: wish.clerks], wish.pause))
        for k in range(wish.clerks)
    ]
    people += [threading.Thread(target=_hand_in, args=(one, parcels)) for _ in range(SENDERS)]
    people += [threading.Thread(target=_look, args=(one, k, sheets)) for k in range(wish.boards)]
    people.append(threading.Thread(target=_keep_and_plan, args=(one, wish)))
    for person in people:
        person.start()
    spans = sorted(one.chance.uniform(0.2, 0.9) for _ in range(wish.kills))
    for span in spans:
        time.sleep(max(0.0, one.begun + span * 60 * wish.minutes - time.monotonic()))
        one.server.kill()
        one.server.wait()
        one.server = _start(one)
    time.sleep(max(0.0, one.ends - time.monotonic()))
    one.over.set()
    for person in people:
        person.join()


# ---- clerks ------------------------------------------------------------------------------------


def _type(one: Evening, number: int, sheets: list[Sheet], pause: float) -> None:
    """A clerk: a row, a pause, the next; what was not answered for is sent again."""
    client = _patient(one, f"k{number}")
    for sheet in sheets:
        path = f"/s/{sheet.station}/evening/{sheet.date}/{sheet.crew}/rows"
        for row in range(1, len(sheet.accounts) + 1):
            if one.over.is_set():
                return
            result = (row + number) % len(RESULTS)
            wish = {"row": row, "version": sheet.version, "number": 0,
                    "result": result + 1}  # fmt: skip
            answer = _sent(one, client, path, {"rows": [wish]}, one.book.typed_s)
            state = answer["answers"][0]["state"] if answer else "unanswered"
            if state in {"stored", "known"}:
                name = f"typed-{sheet.station}/{sheet.date}/{sheet.crew}/v{sheet.version}/{row}/0"
                one.book.results[name] = RESULTS[result]
            else:
                one.book.wrong.append(f"{path} {row}: {state}")
            one.over.wait(pause)


def _patient(one: Evening, name: str) -> httpx.Client:
    """Somebody signed in, also while the server is being started."""
    while True:
        try:
            return signed_in(one.url, name)
        except httpx.TransportError:
            if one.is_late:
                raise
            time.sleep(0.3)


def _sent(
    one: Evening, client: httpx.Client, path: str, body: object, times: list[float]
) -> dict[str, Any] | None:
    """An answer, however often it takes; the time of those that came at once."""
    first = True
    while not one.is_late:
        begun = time.monotonic()
        try:
            answer = client.post(path, json=body)
            if answer.status_code == 200:
                if first:
                    times.append(time.monotonic() - begun)
                    if times[-1] > SLOW_S:
                        one.book.slow_at.append(round(begun - one.begun))
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code not in {429, 503}:
                one.book.wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                return None
        except httpx.TransportError:
            pass
        first = False
        one.book.again += 1
        time.sleep(0.3)
    return None


# ---- phones ------------------------------------------------------------------------------------


def _parcels(
    one: Evening, sheets: list[Sheet], tokens: list[str], minutes: float
) -> queue.PriorityQueue[tuple[float, int, str, str]]:
    """What phones hand in and when; each parcel is there twice, the second a little later."""
    due: queue.PriorityQueue[tuple[float, int, str, str]] = queue.PriorityQueue()
    begun, count = one.begun, 0
    for sheet, token in zip(sheets, tokens, strict=True):
        head = {"format": "zoufang-records", "version": 1, "station": sheet.station,
                "date": sheet.date, "crew": sheet.crew}  # fmt: skip
        records = [_record(sheet, row) for row in range(1, len(sheet.accounts) + 1)]
        for start in range(0, len(records), PARCEL):
            text = json.dumps(head | {"records": records[start : start + PARCEL]})
            when = begun + one.chance.uniform(0, 54 * minutes)
            for later in (0.0, one.chance.uniform(0, 3 * minutes)):
                count += 1
                due.put((when + later, count, token, text))
    return due


def _record(sheet: Sheet, row: int) -> dict[str, Any]:
    account = sheet.accounts[row - 1]
    return {
        "id": f"{sheet.crew}-{sheet.date}-{row:018x}", "account_no": account,
        "visit_id": f"first-{account}", "row": row, "kind": "first",
        "result": RESULTS[row % len(RESULTS)], "at": f"{sheet.date}T09:{row:02d}:00+08:00",
        "findings": [], "opinion": "", "repaired": {}, "undoes": None,
    }  # fmt: skip


def _hand_in(one: Evening, due: queue.PriorityQueue[tuple[float, int, str, str]]) -> None:
    """Phones that have a network just now."""
    client = httpx.Client(base_url=one.url, timeout=60)
    while True:
        try:
            when, count, token, text = due.get_nowait()
        except queue.Empty:
            return
        time.sleep(max(0.0, when - time.monotonic()))
        if count % round(1 / CUT_SHARE) == 0:
            _cut(one, token, text)
        answer = _sent(one, client, f"/hand-in/{token}", json.loads(text), one.book.handed_s)
        receipts = answer["receipts"] if answer else {}
        for record in json.loads(text)["records"]:
            state = receipts.get(record["id"], {}).get("state", "unanswered")
            if state in {"stored", "known"}:
                one.book.results[record["id"]] = record["result"]
            else:
                one.book.wrong.append(f"{record['id']}: {state}")


def _cut(one: Evening, token: str, text: str) -> None:
    """The network is gone in the middle of a parcel."""
    host, port = one.url.removeprefix("http://").split(":")
    body = text.encode()
    head = (
        f"POST /hand-in/{token} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(head.encode() + body[: len(body) // 2])
        one.book.cut += 1
    except OSError:
        one.book.again += 1


# ---- chiefs, the backup, the next day ----------------------------------------------------------


def _look(one: Evening, number: int, sheets: list[Sheet]) -> None:
    """A chief with his board, his live day and his matters open."""
    client = _patient(one, "k0")
    sheet = sheets[number % len(sheets)]
    day = f"/s/{sheet.station}/{sheet.date}"
    paths = (f"{day}/board.json", f"{day}/live", f"/s/{sheet.station}/matters")
    while not one.over.is_set():
        for path in paths:
            begun = time.monotonic()
            try:
                status = client.get(path).status_code
            except httpx.TransportError:
                one.book.again += 1
                continue
            one.book.looked_s.append(time.monotonic() - begun)
            if status != 200:
                one.book.wrong.append(f"{path}: {status}")
        one.over.wait(3.0)


def _keep_and_plan(one: Evening, wish: argparse.Namespace) -> None:
    """A third into the evening a backup is written and the next day is planned."""
    from optimizer.desk import Campaign  # noqa: PLC0415

    one.over.wait(20 * wish.minutes)
    with Campaign(one.folder, today=one.today) as campaign:
        took = timed(campaign.backup, one.folder.parent / "backup.sqlite")
        print(f"backup written in {took:.1f} s")
        stations = campaign.stations_on(one.today)
    client, begun = _patient(one, f"k{wish.clerks}"), time.monotonic()
    try:
        job = plan(client, stations[0], one.today.isoformat())
        while not job_is_over(client, stations[0], job, {"job": []}) and not one.is_late:
            time.sleep(0.5)
        print(f"a day planned in {time.monotonic() - begun:.1f} s")
    except httpx.TransportError:
        print("a day was being planned when the server was killed")


# ---- the books ---------------------------------------------------------------------------------


def _held_against_register(one: Evening, sheets: list[Sheet]) -> bool:
    """Whether what was acknowledged is there, once, as it was said, and nothing beside it."""
    from optimizer.desk import Campaign  # noqa: PLC0415

    days = {(sheet.station, sheet.date) for sheet in sheets}
    with Campaign(one.folder, today=one.today) as campaign:
        records = campaign.register.ledgers.records(undone=True)
        columns = (records[name] for name in ("id", "result", "station", "date"))
        found = {
            name: result
            for name, result, station, date in zip(*columns, strict=True)
            if (station, date) in days
        }
        damage = campaign.damage()
    lost = [name for name, result in one.book.results.items() if found.get(name) != result]
    doubled = [name for name in found if name not in one.book.results]
    print(f"acknowledged {len(one.book.results)}, stored {len(found)}")
    print(f"lost {len(lost)} {lost[:3]}, beside the book {len(doubled)} {doubled[:3]}")
    print(f"register whole: {not damage}; faults {len(one.book.wrong)} {one.book.wrong[:3]}")
    return not lost and not doubled and not damage


def _print(one: Evening, wish: argparse.Namespace) -> None:
    book = one.book
    print(f"\n{wish.minutes} min, {wish.clerks} clerks, {wish.phones} phones, {wish.boards} boards,"
          f" {wish.kills} kills, {book.cut} connections cut, {book.again} sent again")  # fmt: skip
    print(f"over {SLOW_S} s after so many seconds: {sorted(Counter(book.slow_at).items())}")
    print("\n| what | number | p95 | p99 | worst |\n|---|---|---|---|---|")
    for name, times in (
        ("a clerk's row", book.typed_s),
        ("a phone's parcel", book.handed_s),
        ("a chief's page", book.looked_s),
    ):
        some = sorted(times)
        if len(some) > 1:
            p99 = some[min(len(some) - 1, round(0.99 * len(some)))]
            print(f"| {name} | {len(some)} | {p95(some)} | {1000 * p99:.0f} ms"
                  f" | {1000 * some[-1]:.0f} ms |")  # fmt: skip
