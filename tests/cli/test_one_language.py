"""Every command that prints speaks one language: states, table heads, faults, what to do next."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from optimizer.records.coverage import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES = ("stations", "areas", "customers", "crews", "leave")
GIVEN = "大走访醴陵市运维检修部装表带梯子空房服务态度不满意"
"""What is typed, and kept as it is."""
TODAY = "2027-03-02"
DAY = "2027-03-01"
FOREIGN = frozenset(
    {"zoufang", "csv", "xlsx", "ods", "json", "pdf", "html", "osm", "pbf", "graphml", "gpkg", "png"}
    | {"geopackage", "excel", "utf", "openstreetmap", "overpass", "numba"}
)
"""Names of programs and forms of file, which are the same in Chinese."""


@dataclass
class Walk:
    """A campaign in which every command is run, and what its commands say besides data.

    Attributes
    ----------
    run
        The fixture that runs a command line.
    lang
        The language that it is to speak.
    data
        Text of the input files: what stands there may be printed in any language.
    wrong
        What was said in the other language.
    """

    run: Callable
    folder: Path
    lang: str
    data: str
    wrong: list[str]

    def __call__(self, command: str, *arguments: object, code: int = 0) -> str:
        """Run a command and look at what it says; tells what that was."""
        given = ("--lang", self.lang, command, "-C", self.folder, *arguments)
        ended, out, err = self.run(*given)
        said = out + err
        assert ended == code, f"{given}: {said}"
        if "--json" not in arguments:
            line = " ".join(map(str, (command, *arguments)))
            help_page = self.run("--lang", self.lang, command, "--help")[1]
            strange = self.strange(said, arguments)
            self.wrong += [f"{line}: {one}" for one in strange if one not in help_page]
        return out

    def rows(self, command: str, *arguments: object) -> list[dict]:
        """The rows of a list."""
        return json.loads(self(command, *arguments, "--json"))

    def strange(self, said: str, arguments: tuple[object, ...]) -> list[str]:
        """Words of the other language that are no data, no option and no name of a file."""
        said = re.sub(r"`[^`]*`|zoufang [a-z]+|\[\w+\] \w+|\w+=\S+|\w+\+\d|SQLite", " ", said)
        for given in sorted((str(one) for one in arguments), key=len, reverse=True):
            said = said.replace(given, " ")
        if self.lang == "en":
            return [one for one in re.findall("[一-龥]+", said) if one not in self.data]
        said = re.sub(
            r"`[^`]*`|\S*[/\\]\S*|--[\w-]+|\S+\.(?:csv|xlsx|pdf|html|toml|json|png)", " ", said
        )
        words = re.findall(r"[A-Za-z][a-z_]{2,}|[A-Z]{4,}", said)
        return [one for one in words if one.lower() not in FOREIGN and one not in self.data]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A planned campaign of sixty customers, with a printed day."""
    from optimizer.example import write_example  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("county")
    write_example(folder, customers=60, seed=3)
    return folder


@pytest.fixture(params=["zh", "en"])
def walk(request, zoufang, county, tmp_path, monkeypatch):
    """All that is planned, before anything has come back."""
    monkeypatch.setenv("ZOUFANG_TODAY", TODAY)
    monkeypatch.setenv("COLUMNS", "220")
    files = [county / "input" / f"{name}.csv" for name in TABLES]
    data = "".join(path.read_text(encoding="utf-8-sig") for path in files) + GIVEN
    return Walk(zoufang, tmp_path / "c", request.param, data, [])


def planned(walk, county):
    walk.run("--lang", walk.lang, "init", walk.folder)
    settings = walk.folder / "campaign.toml"
    text = settings.read_text(encoding="utf-8").replace('lang = "zh"', f'lang = "{walk.lang}"')
    text = re.sub(r"start = .*", f"start = {DAY}", text).replace('"even"', '"early"')
    settings.write_text(text, encoding="utf-8")
    files = [part for name in TABLES for part in (f"--{name}", county / "input" / f"{name}.csv")]
    walk("roads", "--file", county / "input" / "roads.osm.pbf")
    walk("import", *files)
    walk("import", *files)
    walk("territories")
    walk("territories", "--suggest")
    walk("campaign")
    walk("campaign", "--what-if", "finish=2028-03-01")


def came_back(walk, day):
    """A sheet typed with all that can be said, and what is wrong with another."""
    (route, *_), station = day["routes"], day["station"]
    head = "供电所,日期,小组,序号,结果,问题,问题说明,意见,天气,供电质量"
    place = f"{station},{day['date']},{route['crew']}"
    sheet = walk.folder / "sheet.csv"
    sheet.write_text(
        f"{head}\n{place},1,完成,低电压,末端180V,灯太暗,,\n{place},2,没人,,,,,\n{place},3,拒访,,,,,\n"
        f"{place},4,搬走,,,,,\n{place},5,拆除,,,,,\n{place},6,完成,线路,老化,希望装路灯,,满意\n",
        encoding="utf-8",
    )
    walk.data += sheet.read_text(encoding="utf-8")
    walk("record", sheet)
    bad = walk.folder / "bad.csv"
    bad.write_text(
        f"{head}\n{place},7,飞了,,,,,\n{place},8,,,漏,,,\n{place},99,完成,,,,,\n{station},2037-01-01,"
        f"{route['crew']},7,完成,,,,,\n,,,,,,,,,\n{place},9,#N/A,,,,,\n{place},1,没人,,,,,差\n{place},9,完成,"
        "进户线离窗户太近,,,,A\n{place},9,,,,,,",
        encoding="utf-8",
    )
    walk.data += bad.read_text(encoding="utf-8")
    walk("record", bad, code=2)
    broken = walk.folder / "broken.json"
    broken.write_text('{"format": "zoufang-records", "records": [{}', encoding="utf-8")
    walk("record", broken, code=2)
    broken.write_text(
        '{"format": "zoufang-records", "version": 1, "date": "x", "records": [{"result": 1}, 2]}',
        encoding="utf-8",
    )
    walk("record", broken, code=2)
    walk("record", "--text", "ZF1:AAAA", code=2)
    walk("record", walk.folder / "missing.csv", code=2)
    walk("record", "--station", station, "--date", day["date"])


def looked_up(walk, day):
    here = ("--station", day["station"], "--date", day["date"])
    crew = day["routes"][0]["crew"]
    walk("figures", *here)
    walk("figures", *here, "--rules")
    walk("print", *here)
    walk("typed", *here)
    walk("map", "--station", day["station"])
    walk("status")
    walk("status", "--towns")
    walk("status", "--areas")
    walk("status", "--earlier")
    walk("rehearse", "--runs", 10)
    for which in LISTS:
        walk("status", "--list", which)
    walk("bulletin", "--from", day["date"], "--to", day["date"])
    walk("ledgers")
    walk("doctor")
    walk("learn")
    walk("breaches")
    walk("replan", *here, "--without", crew, "--seconds", 0.2)
    walk("day", "--date", day["date"], "--give-up", crew, "--station", day["station"])
    walk("backup", walk.folder / "b.sqlite")
    walk("restore", walk.folder / "b.sqlite", "--check")


def decided(walk, day):
    """What the office does, and its lists before and after."""
    accounts = [row["account_no"] for row in walk.rows("status", "--list", "never_tried")]
    for which in ("finding", "opinion", "area", "request", "appointment", "settle"):
        walk(which)
    walk("request", accounts[0], "--voltage", "urban", "--matters", "装表")
    walk("appointment", accounts[1], "2027-06-01", "--window", "9:00-11:00", "--note", "带梯子")
    (finding, *_), (opinion, *_) = walk.rows("finding"), walk.rows("opinion")
    walk("finding", finding["finding"], "--state", "rectified")
    walk("opinion", opinion["opinion"], "--state", "sorted", "--category", "outage")
    walk("opinion", opinion["opinion"], "--state", "sent", "--department", "运维检修部")
    walk("account", accounts[2], "--state", "closed", "--note", "空房")
    for which in ("finding", "opinion", "request", "appointment"):
        walk(which, "--all")
    walk("settle")
    here = ("--station", day["station"], "--date", day["date"])
    others = (one for one in accounts if walk.run("fit", "-C", walk.folder, one, *here)[0] == 0)
    walk("fit", next(others), *here)
    walk("settle", accounts[3], day["date"])
    walk("finding", "F0", "--state", "flown", code=2)
    walk("opinion", opinion["opinion"], "--state", "flown", code=2)
    walk("person", "list")
    walk("campaign", "--replan")


def test_every_command_speaks_one_language(walk, county, monkeypatch):
    """Who reads one language meets no sentence, state or heading of the other."""
    planned(walk, county)
    (day, *_) = json.loads(walk("day", "--seconds", 0.2, "--json"))
    walk("day", "--seconds", 0.2, "--station", day["station"], "--date", day["date"])
    monkeypatch.setenv("ZOUFANG_TODAY", day["date"])
    came_back(walk, day)
    decided(walk, day)
    looked_up(walk, day)
    assert not [*dict.fromkeys(walk.wrong)]
