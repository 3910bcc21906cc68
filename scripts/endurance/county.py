"""A county of sixty customers, its commands, and whether its register is sound."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typst  # noqa: TID251  (to leave it out)

from optimizer.cli import main as zoufang
from optimizer.desk import Campaign, make_example
from optimizer.errors import ZoufangError
from optimizer.register import Register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES = ("stations", "areas", "customers", "crews", "leave")
DAY = "2027-01-25"
BEFORE = "2026-12-01"


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it said."""

    code: int
    said: str
    calls: int = 0


def run(*arguments: object) -> Answer:
    """Run a command in this process."""
    sys.argv = ["zoufang", *map(str, arguments)]
    said, code = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            zoufang()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:  # noqa: BLE001  (a traceback is what a user would see)
            traceback.print_exc()
            code = 1
    return Answer(code, said.getvalue())


def run_apart(
    *arguments: object,
    prepare: Callable[[], object] | None = None,
    measure: Callable[[], int] = int,
) -> Answer:
    """Run a command in a forked process, after `prepare` and before `measure` there."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        if prepare is not None:
            prepare()
        answer = run(*arguments)
        with os.fdopen(writer, "w", encoding="utf-8", errors="replace") as pipe:
            pipe.write(f"{measure()}\n{answer.said[-4000:]}")
        os._exit(answer.code)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8", errors="replace") as pipe:
        calls, _, said = pipe.read().partition("\n")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return Answer(code, said, int(calls or 0))


def files_of(county: Path) -> list[object]:
    """The options that name the files of the county."""
    named = ((f"--{name}", county / "input" / f"{name}.csv") for name in TABLES)
    return [part for pair in named for part in pair]


def record_of(county: Path, account: str, opinion: str) -> list[object]:
    """The command that records a visit; its opinion makes it findable."""
    said = ["--account", account, "--date", DAY, "--result", "done", "--opinion", opinion]
    return ["record", "-C", county, *said]


def build(folder: Path) -> dict[str, Path]:
    """Counties by how far they are; made, imported, calendared, planned, recorded (and backed up).

    All commands have run here once, so that whoever is forked from this process runs them warm.
    """
    os.environ["ZOUFANG_TODAY"] = BEFORE
    os.cpu_count = lambda: 1  # forks plan in their own process
    vars(typst)["compile"] = _blank  # its threads do not live on in a fork
    made = folder / "made"
    make_example(made, customers=60, seed=3)
    _insist(run("roads", "-C", made, "--file", made / "input" / "roads.osm.pbf"))
    imported = _next(made, "imported")
    _insist(run("import", "-C", imported, *files_of(imported)))
    calendared = _next(imported, "calendared")
    _insist(run("campaign", "-C", calendared))
    planned = _next(calendared, "planned")
    _insist(run("day", "-C", planned, "--seconds", "0.1"))
    os.environ["ZOUFANG_TODAY"] = DAY  # what is recorded has been
    recorded = _next(planned, "recorded")
    for number, account in enumerate(accounts(recorded)[:5]):
        _insist(run(*record_of(recorded, account, f"before {number}")))
    _insist(run("backup", "-C", recorded, recorded / "copy.sqlite"))
    spare = _next(recorded, "spare")
    for command in ("doctor", "status", "ledgers"):
        _insist(run(command, "-C", spare))
    _insist(run("campaign", "-C", spare, "--replan"))
    _insist(run("restore", "-C", spare, spare / "copy.sqlite"))
    shutil.rmtree(spare)
    return {path.name: path for path in (made, imported, calendared, planned, recorded)}


def accounts(county: Path) -> list[str]:
    """The county's account numbers."""
    with Register.open(county / "register.sqlite") as register:
        return register.customers()["account_no"].tolist()


def opinions(county: Path) -> set[str]:
    """What the opinions of its records say."""
    with Register.open(county / "register.sqlite") as register:
        return set(register.ledgers.records()["opinion"])


def unsound(county: Path) -> str:
    """What is wrong with a county's register, "" where it is whole."""
    try:
        with Campaign(county) as campaign:
            wrong = [*campaign.damage(), *campaign.disagreements()]
    except ZoufangError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (a user would see its traceback)
        return f"Traceback: {error!r}"
    return "; ".join(map(str, wrong))


def _next(former: Path, name: str) -> Path:
    path = former.with_name(name)
    shutil.copytree(former, path)
    return path


def _blank(*_: object, **__: object) -> bytes:
    return b"%PDF-1.4\n" + bytes(20_000)


def _insist(answer: Answer) -> None:
    if answer.code:
        raise SystemExit(answer.said)
