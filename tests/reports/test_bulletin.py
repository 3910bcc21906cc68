"""The bulletin: figures that one can count on one's fingers, and what is written of them."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pypdf
import pytest
from field_world import (
    ACCOUNTS,
    DAY,
    SETTINGS,
    SHOP,
    WATER_WORKS,
    day_plan,
    record,
    take,
    village,
    wrong,
)
from golden import lines_of
from python_calamine import CalamineWorkbook

from optimizer.catalogue import Texts
from optimizer.errors import CampaignError
from optimizer.model import LonLat
from optimizer.records import (
    CATEGORIES,
    RESULTS,
    add_request,
    advance_project,
    close_request,
    decide_finding,
    decide_opinion,
    settle,
)
from optimizer.records.decisions import PROJECT_STATES
from optimizer.records.field_words import form_opinion
from optimizer.register import Register, campaign_calendar
from optimizer.reports import (
    FIGURES,
    LAYERS,
    LEDGERS,
    Period,
    bulletin,
    figures,
    write_bulletin,
    write_geopackage,
    write_ledgers,
)
from optimizer.reports.bulletin_page import bulletin_pdf

ONE, TWO, THREE, FOUR, FIVE, SIX = ACCOUNTS[:6]
WEEK = Period.week("2027-W09")  # Monday 1 March to Sunday 7 March; DAY is its Tuesday
LATER = DAY + dt.timedelta(days=7)


@pytest.fixture
def register(tmp_path):
    """The village's register, before anybody has gone out."""
    with Register.create(tmp_path / "register.sqlite", who="clerk") as opened:
        opened.take_in(village(), "village", "wgs84")
        yield opened


# ---- periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "first", "last", "before"),
    [
        (Period.week("2026-W49"), "2026-11-30", "2026-12-06", "2026-W48"),
        (Period.week("2027-w1"), "2027-01-04", "2027-01-10", "2026-W53"),
        (Period.month("2026-11"), "2026-11-01", "2026-11-30", "2026-10"),
        (Period.month("2028-02"), "2028-02-01", "2028-02-29", "2028-01"),
        (Period.month("2027-1"), "2027-01-01", "2027-01-31", "2026-12"),
        (
            Period.days(dt.date(2026, 11, 3), dt.date(2026, 11, 5)),
            "2026-11-03",
            "2026-11-05",
            "2026-10-31..2026-11-02",
        ),
    ],
)
def test_period_and_the_one_before(period, first, last, before):
    """A week is compared with the week before it, a month with the month."""
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.before.name == before
    assert period.before.last == period.first - dt.timedelta(days=1)


@pytest.mark.parametrize("text", ["2026-W54", "2026-W0", "week 3", "", "W49"])
def test_week_that_is_none(text):
    """A slip is a sentence that shows how to write it."""
    with pytest.raises(CampaignError, match="2026-W49"):
        Period.week(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "November", "2026-11-01"])
def test_month_that_is_none(text):
    """As with weeks."""
    with pytest.raises(CampaignError, match="2026-11"):
        Period.month(text)


def test_days_in_the_wrong_order():
    """An empty period would say that nothing was done."""
    with pytest.raises(CampaignError, match="ends before it begins"):
        Period.days(dt.date(2026, 11, 2), dt.date(2026, 11, 1))


# ---- figures -----------------------------------------------------------------------------------


def test_doors_are_counted_once_a_day_with_their_last_result(register):
    """Nobody home in the morning and done in the afternoon is one door, and a visit."""
    take(
        register,
        record(ONE, "nobody_home", time="09:00:00"),
        record(ONE, time="15:00:00"),
        record(TWO, "nobody_home"),
        record(TWO, "nobody_home", day=DAY + dt.timedelta(days=1)),
        record(THREE, "refused"),
        record(FOUR, day=DAY - dt.timedelta(days=7)),
    )
    counted = bulletin(register, SETTINGS, WEEK)
    # ONE once, TWO on two days, THREE: four doors; FOUR belongs to the week before.
    assert counted.count("call") == 4
    assert counted.count("call", category="done") == counted.count("first_visit") == 1
    assert counted.count("call", category="nobody_home") == 2
    assert counted.count("call", category="refused") == 1
    assert counted.count("call", category="done", before=True) == 1
    assert (counted.visited, counted.accounts) == (2, 8)


def test_what_was_taken_back_or_contradicts_itself_does_not_count(register):
    """A figure that a correction has not reached would stand in print for ever."""
    wrong_tap = record(ONE)
    take(register, wrong_tap, record(ONE, "nobody_home", undoes=wrong_tap["id"]))
    first, second = record(TWO, at=""), record(TWO, "refused", at="")
    take(register, first, second)
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("call", category="done") == 0
    assert counted.count("call", category="nobody_home") == 1
    assert counted.count("conflict") == 1
    settle(register, SETTINGS, TWO, DAY, keep=first["id"])
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("call", category="done") == 1
    assert counted.count("conflict") == 0


def test_help_on_the_spot(register):
    """A customer helped twice is one customer, but two fuses are two."""
    take(
        register,
        record(ONE, repaired={"fuse": 2}, findings=[wrong("wiring", repaired=True)]),
        record(ONE, day=DAY + dt.timedelta(days=2), repaired={"bulb": 1}),
        record(TWO, findings=[wrong("rcd", repaired=True), wrong("meter")]),
        record(THREE, repaired={"fuse": 1}),
        record(FOUR),
    )
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("helped") == 3
    assert counted.count("piece", category="fuse") == 3
    assert counted.count("piece") == 4
    assert counted.count("repair") == 2
    assert counted.categories("piece") == ["fuse", "bulb"]


def test_opinions_and_findings_as_they_stood_at_the_end(register):
    """What was answered in the week after is still open in this week's bulletin."""
    take(
        register,
        record(ONE, opinion="电压太低", findings=[wrong("wiring")]),
        record(TWO, opinion="电压 太低", findings=[wrong("meter")]),
        record(THREE, opinion="经常停电", findings=[wrong("tree")]),
    )
    names = register.ledgers.frame("opinions").set_index("account_no")["opinion"]
    decide_opinion(register, SETTINGS, names[TWO], "merged", on=DAY, into=names[ONE])
    decide_opinion(register, SETTINGS, names[ONE], "sent", on=DAY)
    decide_opinion(register, SETTINGS, names[ONE], "answered", on=LATER, answer="换线")
    found = register.ledgers.frame("findings").set_index("account_no")["finding"]
    decide_finding(register, SETTINGS, found[TWO], "rectified", on=DAY)
    decide_finding(register, SETTINGS, found[THREE], "dropped", on=LATER, note="非我方")
    now, later = (
        bulletin(register, SETTINGS, period) for period in (WEEK, Period.month("2027-03"))
    )
    assert [now.count("opinion", state=state) for state in ("solved", "planned", "open")] == [
        0,
        2,
        1,
    ]
    assert later.count("opinion", state="solved") == 2
    assert now.count("opinion", category="low_voltage") == 2
    states = ("closed", "rectified", "dropped", "open")
    assert [now.count("finding", state=state) for state in states] == [0, 1, 0, 2]
    assert [later.count("finding", state=state) for state in states] == [0, 1, 1, 1]
    assert now.count("overdue") == 0
    assert bulletin(register, SETTINGS, Period.month("2027-04")).count("overdue") == 2


def test_the_form_s_answers_are_counted(register):
    """Good ticks count beside bad ones; a matter is only what is bad."""
    pleased = form_opinion("", {"supply": "good", "service": "good"})
    cross = form_opinion("", {"supply": "bad", "service": "good"})
    take(register, record(ONE, opinion=pleased), record(TWO, opinion=cross), record(THREE))
    counted = bulletin(register, SETTINGS, WEEK)
    by_answer = [
        counted.count("form", category=question, state=answer)
        for question, answer in (("supply", "good"), ("supply", "bad"), ("service", "good"))
    ]
    assert by_answer == [1, 1, 2]
    assert counted.count("form") == 4
    assert counted.count("opinion") == 1


def test_an_answer_solves_the_same_opinion_of_neighbours(register, tmp_path):
    """Bulletin and ledger know which opinions are one: nobody has to answer four times."""
    take(
        register,
        *(record(a, opinion="电压 低") for a in (ONE, TWO)),
        record(SHOP, opinion="电压低"),
    )
    name = register.ledgers.frame("opinions").set_index("account_no").loc[TWO, "opinion"]
    decide_opinion(register, SETTINGS, name, "answered", on=DAY, answer="换线")
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("opinion", state="solved") == 2
    assert counted.count("opinion", state="open") == 1
    path = write_ledgers(register, tmp_path, "zh")[LEDGERS.index("opinions")]
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[head.index("同类意见数")] for row in rows] == [2, 2, 1]


def test_low_voltage_areas_by_state(register):
    """Three customers with low voltage make an area; it is told as far as it had come."""
    low = [record(account, findings=[wrong("low_voltage")]) for account in (ONE, TWO, THREE)]
    (project,) = take(register, *low).projects
    advance_project(register, SETTINGS, project, "on_site_check", LATER)
    first, second, third = (
        bulletin(register, SETTINGS, Period.week(f"2027-W{week:02d}")) for week in (8, 9, 10)
    )
    assert first.count("area") == 0
    assert second.count("area", state="reported") == 1
    assert third.count("area", state="on_site_check") == third.count("area") == 1


def test_connections_within_their_limit(register):
    """The water works gets its 10 kV within three visits, the shop is too late."""
    works = add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY)
    shop = add_request(register, SETTINGS, account_no=SHOP, voltage="urban", asked_on=DAY)
    take(register, record(WATER_WORKS, kind="request"))
    close_request(register, SETTINGS, works, "connected", DAY + dt.timedelta(days=2))
    close_request(register, SETTINGS, shop, "connected", LATER)
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("request", category="hv10kv", state="in_limit") == 1
    assert counted.count("request", category="urban", state="open") == 1
    later = bulletin(register, SETTINGS, Period.week("2027-W10"))
    assert later.count("request") == later.count("request", category="urban", state="late") == 1


def test_best_and_worst_station(register):
    """Judged by the calendar where there is one, else by the accounts visited."""
    take(register, record(ONE), record(TWO))
    take(register, record(SHOP), station="ST02", crew="C003")
    counted = bulletin(register, SETTINGS, WEEK)
    # ST01 has 2 of 7 accounts, ST02 its only one.
    assert not counted.by_plan
    assert counted.ranking() == ["ST02", "ST01"]
    assert counted.share("ST01") == pytest.approx(2 / 7)
    plan_blocks(register, {"ST01": [ONE, TWO], "ST02": [SHOP]}, counts={"ST02": 4})
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.by_plan
    assert counted.ranking() == ["ST01", "ST02"]
    assert counted.share("ST02") == pytest.approx(1 / 4)
    assert counted.course["planned"].tolist() == [6]


def test_a_check_does_not_stand_in_for_a_first_visit(register):
    """The calendar plans first visits: a station that only goes back has not kept to it."""
    before = DAY - dt.timedelta(days=7)
    take(register, record(ONE, findings=[wrong("wiring")], day=before), day=before)
    take(register, record(ONE, kind="revisit"))
    plan_blocks(register, {"ST01": [TWO]})
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.count("call", category="done", station="ST01") == 1
    assert counted.share("ST01") == 0


def test_who_needs_no_visit_is_no_account_to_visit(register):
    """Moved, demolished and listed twice are over; a refusal is not."""
    take(register, record(ONE), record(TWO, "moved"), record(THREE, "demolished"))
    take(register, record(FOUR, "duplicate"), record(FIVE, "refused"))
    counted = bulletin(register, SETTINGS, WEEK)
    # Of 8 accounts three are over without a visit; FIVE, SIX, the works and the shop are left.
    assert (counted.accounts, counted.visited) == (5, 1)
    assert counted.areas["accounts"].sum() == 5


def test_a_station_is_judged_by_what_was_planned_for_the_day(register, monkeypatch):
    """A replan drops from past blocks whoever was not visited: no station looks better for it."""
    take(register, record(ONE))
    for day, accounts in (("2027-02-01", [ONE, TWO]), ("2027-03-09", [ONE])):
        monkeypatch.setattr(campaign_calendar, "now_text", lambda day=day: f"{day}T08:00:00+08:00")
        plan_blocks(register, {"ST01": accounts})
    assert len(register.block_visits()) == 1
    counted = bulletin(register, SETTINGS, WEEK)
    assert counted.share("ST01") == pytest.approx(1 / 2)
    assert counted.course["planned"].tolist() == [2]


def plan_blocks(register, accounts, counts=None):
    """A calendar of one block a station on DAY."""
    crews = {"ST01": "C001", "ST02": "C003"}
    blocks = pd.DataFrame(
        {
            "block": [f"{station}-1" for station in accounts],
            "station": list(accounts),
            "crew": [crews[station] for station in accounts],
            "date": [DAY.isoformat()] * len(accounts),
            "visits": [(counts or {}).get(s, len(some)) for s, some in accounts.items()],
            "work_s": 3600,
            "travel_s": 600,
            "distance_m": 900,
            "pace": 1.0,
        }
    )
    visits = pd.DataFrame(
        [
            (f"{station}-1", seq, account)
            for station, some in accounts.items()
            for seq, account in enumerate(some)
        ],
        columns=["block", "seq", "account_no"],
    )
    nobody = pd.DataFrame({"account_no": [], "code": [], "reason": []}, dtype="str")
    register.save_calendar(blocks, visits, nobody)


def scribbled(register, seed):
    """Random records of four weeks, and the field's own book of them: (account, date, result)."""
    rng = random.Random(seed)
    book, pieces = {}, 0
    for account in ACCOUNTS:
        for number in sorted(rng.sample(range(28), 5)):
            day = dt.date(2027, 2, 15) + dt.timedelta(days=number)
            result = rng.choice(RESULTS)
            used = rng.randrange(3) if result == "done" else 0
            take(
                register,
                record(
                    account,
                    result,
                    day=day,
                    repaired={"fuse": used} if used else {},
                    findings=[wrong(rng.choice(CATEGORIES), repaired=rng.random() < 0.5)]
                    if rng.random() < 0.4
                    else [],
                    opinion=rng.choice(["", "", "停电多"]),
                ),
                day=day,
            )
            book[account, day] = result
            pieces += used
    return book, pieces


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_the_fields_own_book(register, seed):
    """Whatever the field does, four weeks add up to their month, and to what it wrote down."""
    book, pieces = scribbled(register, seed)
    weeks = [
        bulletin(register, SETTINGS, Period.week(f"2027-W{week:02d}")) for week in (7, 8, 9, 10)
    ]
    whole = bulletin(register, SETTINGS, Period.days(dt.date(2027, 2, 15), dt.date(2027, 3, 14)))
    for result in RESULTS:
        counted = sum(week.count("call", category=result) for week in weeks)
        assert counted == whole.count("call", category=result)
        assert counted == list(book.values()).count(result)
    assert whole.count("piece") == pieces
    for figure in ("call", "first_visit", "piece", "repair", "opinion", "finding"):
        assert sum(week.count(figure) for week in weeks) == whole.count(figure), figure
    for earlier, week in pairwise(weeks):
        assert week.evidence_before.equals(earlier.evidence)
    assert whole.visited == len({account for (account, _), r in book.items() if r == "done"})


def test_every_figure_can_be_traced(register):
    """Each row of evidence names something that the register has."""
    scribbled(register, 7)
    counted = bulletin(register, SETTINGS, Period.month("2027-02"))
    known = {
        "call": set(register.ledgers.records(undone=True)["id"]),
        "opinion": set(register.ledgers.frame("opinions")["opinion"]),
        "finding": set(register.ledgers.frame("findings")["finding"]),
        "area": set(register.ledgers.projects()["project"]),
    }
    known |= dict.fromkeys(("first_visit", "helped", "piece", "repair"), known["call"])
    known["overdue"] = known["finding"]
    assert set(counted.evidence["figure"]) <= set(FIGURES)
    for figure, facts in counted.evidence.groupby("figure"):
        if figure != "conflict":
            assert set(facts["source"]) <= known[figure]
    table = figures(counted)
    assert table["number"].sum() == counted.evidence["number"].sum()
    assert (table["change"] == table["number"] - table["before"]).all()


# ---- what is written ---------------------------------------------------------------------------


def text_of(pdf):
    """The text of each page, without its spaces."""
    return ["".join(p.extract_text().split()) for p in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bulletin_is_written_three_ways(register, tmp_path, lang):
    """Paper, workbook and JSON say the same numbers."""
    scribbled(register, 1)
    plan_blocks(register, {"ST01": [ONE, TWO], "ST02": [SHOP]})
    paths = write_bulletin(register, SETTINGS, WEEK, tmp_path / "out", lang)
    assert [path.name for path in paths] == [
        f"bulletin-2027-W09.{end}" for end in ("pdf", "xlsx", "json")
    ]
    counted = bulletin(register, SETTINGS, WEEK)
    (text,) = text_of(paths[0].read_bytes())
    for number in (counted.count("call", category="done"), counted.visited, counted.count("call")):
        assert str(number) in text
    assert "泗汾供电所" in text
    value = json.loads(paths[2].read_text(encoding="utf-8"))
    assert (value["visited"], value["accounts"]) == (counted.visited, counted.accounts)
    assert len(value["evidence"]) == len(counted.evidence)
    assert len(value["evidence"][0]) == len(value["evidence_columns"])
    sheets = CalamineWorkbook.from_path(paths[1])
    heading, *rows = sheets.get_sheet_by_index(2).to_python()
    assert heading[0] == {"zh": "指标", "en": "figure"}[lang]
    assert len(rows) == len(counted.evidence)
    assert sum(row[-1] for row in rows) == counted.evidence["number"].sum()


def test_earlier_forecasts_stand_beside_what_came(register, tmp_path):
    """Told in January: five visited by its end; the register has one. Both stand on the page."""
    january = {"lives": 40, "finish": ["2027-06-01", "2027-06-08", None], "reached": [6, 7, 8]}
    january |= {"crew_days": [2, 3, 4], "months": [["2027-01", [4, 5, 6], [1, 1, 2]]]}
    register.record("forecast", january, date=dt.date(2027, 1, 5))
    take(register, record(ONE, day=dt.date(2027, 1, 20)))
    pdf, _, plain = write_bulletin(register, SETTINGS, WEEK, tmp_path, "en")
    (text,) = text_of(pdf.read_bytes())
    assert "Earlierforecasts,andwhatcame" in text
    assert "2027-01-052027-06-082027-06-01–2027-015111" in text
    (told,) = json.loads(plain.read_text(encoding="utf-8"))["forecasts"]
    assert (told["visited"]["middle"], told["visited_came"], told["crew_days_came"]) == (5, 1, 1)


def test_a_bulletin_reads_as_it_did(register, tmp_path):
    """The golden bulletin of a week of everything, as text."""
    take(
        register,
        record(ONE, repaired={"fuse": 2}, opinion="电压低", findings=[wrong("low_voltage")]),
        record(TWO, "nobody_home"),
        record(THREE, findings=[wrong("rcd", repaired=True), wrong("meter")]),
        record(FOUR, "refused"),
        record(FIVE, day=DAY - dt.timedelta(days=7)),
        record(SIX, opinion=form_opinion("", {"supply": "fair", "safety": "safe"})),
    )
    pdf = write_bulletin(register, SETTINGS, WEEK, tmp_path)[0]
    text = "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(pdf).pages)
    got, kept = lines_of(Path(__file__).parent / "golden" / "bulletin.txt", text)
    assert got == kept


def test_bulletin_of_nothing(register, tmp_path):
    """Before the first visit there is a page too, and it says so."""
    pdf = write_bulletin(register, SETTINGS, WEEK, tmp_path)[0]
    (text,) = text_of(pdf.read_bytes())
    assert "本期无" in text
    with Register.create(tmp_path / "empty.sqlite") as empty:
        write_bulletin(empty, SETTINGS, WEEK, tmp_path)


def test_twenty_stations_fit_on_two_pages(tmp_path):
    """The county has some twenty; a bulletin of three pages is not read."""
    tables = village()
    names = [f"ST{number:02d}" for number in range(1, 26)]
    tables["stations"] = pd.DataFrame(
        {
            "station": names,
            "name": [f"很长的名字{n}供电所" for n in names],
            "lon": 113.5,
            "lat": 27.6,
        }
    )
    customers = pd.concat([tables["customers"]] * 25, ignore_index=True)
    customers["account_no"] = [f"{n:010d}" for n in range(len(customers))]
    customers["station"] = [names[n % 25] for n in range(len(customers))]
    tables["customers"] = customers
    with Register.create(tmp_path / "register.sqlite") as county:
        county.take_in(tables, "county", "wgs84")
        rng = random.Random(1)
        take(
            county,
            *[
                record(account, opinion=rng.choice(["停电", "电价", "树"]), repaired={"fuse": 1},
                       findings=[wrong(rng.choice(CATEGORIES))])
                for account in customers["account_no"]
            ],
        )  # fmt: skip
        counted = bulletin(county, SETTINGS, WEEK)
        pdf = bulletin_pdf(counted, SETTINGS, county.stations(), Texts("zh"))
    pages = text_of(pdf)
    assert len(pages) == 2
    assert all(any(name in text for text in pages) for name in names)
    assert len(pdf) < 150_000


def test_hostile_names_are_only_text(tmp_path):
    """A station's name cannot draw on the page, nor calculate in the workbook."""
    tables = village()
    tables["stations"]["name"] = ["=1+1", '<b>#"$*_</b>']
    tables["areas"]["name"] = ['=HYPERLINK("http://x")', "@SUM(1)", "+1"]
    with Register.create(tmp_path / "register.sqlite") as odd:
        odd.take_in(tables, "odd", "wgs84")
        take(odd, record(ONE, opinion="=cmd|' /C calc'!A0"))
        pdf, book, _ = write_bulletin(odd, SETTINGS, WEEK, tmp_path)
        ledgers = write_ledgers(odd, tmp_path / "ledgers")
    (text,) = text_of(pdf.read_bytes())
    assert "=1+1" in text
    assert '<b>#"$*_</b>' in text
    rows = CalamineWorkbook.from_path(book).get_sheet_by_index(1).to_python()
    assert rows[1][1] == "=1+1"
    opinions = CalamineWorkbook.from_path(ledgers[2]).get_sheet_by_index(0).to_python()
    assert "=cmd|' /C calc'!A0" in opinions[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ledgers_have_every_row_and_a_filter(register, tmp_path, lang):
    """Whoever filters a ledger in Excel must find what the register has."""
    scribbled(register, 2)
    add_request(register, SETTINGS, account_no=SHOP, voltage="urban", asked_on=DAY)
    paths = write_ledgers(register, tmp_path, lang)
    sizes = {
        "visits": len(register.ledgers.records(undone=True)),
        "findings": len(register.ledgers.frame("findings")),
        "opinions": len(register.ledgers.frame("opinions")),
        "requests": 1,
        "areas": len(register.ledgers.projects()),
    }
    for name, path in zip(LEDGERS, paths, strict=True):
        heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        assert len(rows) == sizes[name] or (not sizes[name] and not any(map(any, rows)))
        assert len(set(heading)) == len(heading)
        if lang == "zh":
            assert all(text[0] >= "\u4e00" for text in heading), heading
        assert b"<autoFilter" in sheet_xml(path)
    first = CalamineWorkbook.from_path(paths[0]).get_sheet_by_index(0).to_python()[1]
    assert any(str(cell).startswith("000000000") for cell in first)


def sheet_xml(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_geopackage_has_its_layers(register, tmp_path):
    """QGIS opens it: every customer with his state, areas, and what was driven and planned."""
    take(register, record(ONE))
    register.save_day_plan(located(day_plan([(ONE, "first"), (TWO, "first")])))
    plan_blocks(register, {"ST01": [ONE, TWO, THREE], "ST02": [SHOP]})
    path = write_geopackage(register, tmp_path / "a.gpkg", DAY, DAY)
    layers = {name: gpd.read_file(path, layer=name) for name in LAYERS}
    customers = layers["customers"].set_index("account_no")
    assert len(customers) == 8
    assert customers.loc[ONE, ["state", "crew"]].tolist() == ["visited", "C001"]
    areas = layers["areas"].set_index("area")
    assert areas.loc["A1", ["accounts", "visited"]].tolist() == [4, 1]
    assert areas.geom_type.eq("Polygon").all()
    assert layers["stations"]["name"].tolist() == ["泗汾供电所", "白兔潭供电所"]
    (route,) = layers["routes"].to_dict("records")
    assert (route["crew"], route["visits"]) == ("C001", 2)
    (block,) = layers["blocks"].to_dict("records")
    assert (block["block"], len(block["geometry"].coords)) == ("ST01-1", 3)
    assert {layer.crs.to_epsg() for layer in layers.values()} == {4326}


def test_geopackage_brings_a_style_for_each_layer(register, tmp_path):
    """QGIS opens it coloured by state, not in five random greys."""
    path = write_geopackage(register, tmp_path / "a.gpkg", DAY, DAY)
    looks = pyogrio.read_dataframe(path, layer="layer_styles")
    assert set(looks["f_table_name"]) == {"customers", "areas", "stations", "routes", "blocks"}
    assert looks["useAsDefault"].astype(bool).all()
    for text in looks["styleQML"]:
        root = ET.fromstring(text.split(">", 1)[1])  # noqa: S314  (our own)
        (renderer,) = root.iter("renderer-v2")
        names = {symbol.get("name") for symbol in renderer.iter("symbol")}
        used = {category.get("symbol") for category in renderer.iter("category")}
        assert used <= names
        assert names


def located(plan):
    """A day plan whose visits have places."""
    visits = [
        replace(v, location=LonLat(113.5 + i / 100, 27.6)) for i, v in enumerate(plan.visits, 1)
    ]
    return replace(plan, visits=tuple(visits))


def test_a_file_that_cannot_be_written_is_a_sentence(register, tmp_path):
    """It is open in Excel, or the folder is a file."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for write in (
        lambda: write_bulletin(register, SETTINGS, WEEK, tmp_path / "file"),
        lambda: write_ledgers(register, tmp_path / "file"),
        lambda: write_geopackage(register, tmp_path / "file" / "a.gpkg", DAY, DAY),
    ):
        with pytest.raises(CampaignError, match="written"):
            write()


def test_words_are_complete():
    """A state or result without a word would be printed in the code's own language."""
    said = Texts("zh")
    for result in RESULTS:
        assert said(f"outcome.{result}")
    for state in PROJECT_STATES:
        assert said(f"area.{state}") == said(f"state.{state}")
    for figure in FIGURES:
        assert said(f"figure.{figure}")
