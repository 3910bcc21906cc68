"""Commands: a user's mistake is a sentence and exit code 2, and loses nothing."""

from __future__ import annotations

import datetime as dt
import json
from itertools import islice

import pandas as pd
import pytest
from broken_files import broken_files
from pypdf import PdfReader
from register_files import dump

from optimizer.desk import Campaign
from optimizer.register import Register

CUSTOMERS = 60
TABLES = ("stations", "areas", "customers", "crews", "leave")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Input files of a made-up county of 60 customers."""
    from optimizer.example import write_example  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("county")
    write_example(folder, customers=CUSTOMERS, seed=3)
    return folder / "input"


def tables(county):
    """The options that name all files of a county."""
    return [part for name in TABLES for part in (f"--{name}", county / f"{name}.csv")]


def plan(zoufang, county, folder):
    """From files to sheets; tells what the campaign and the day said."""
    assert zoufang("init", folder)[0] == 0
    assert zoufang("roads", "-C", folder, "--file", county / "roads.osm.pbf")[0] == 0
    code, said, _ = zoufang("import", "-C", folder, *tables(county))
    assert code == 0
    assert str(CUSTOMERS) in said
    code, certificate, wrong = zoufang("campaign", "-C", folder, "--json")
    assert code == 0, wrong
    code, day, wrong = zoufang("day", "-C", folder, "--seconds", 0.5, "--json")
    assert code == 0, wrong
    return json.loads(certificate), json.loads(day)


def latest_plan(folder, day):
    """The plan of a day that the register has last."""
    with Register.open(folder / "register.sqlite") as register:
        return register.day_plan(day["station"], dt.date.fromisoformat(day["date"]))


def pin_and_unpin(zoufang, folder, day, here):
    """Pin a whole route and a visit as a chief types it, and take the pins off."""
    route = day["routes"][0]
    printed = latest_plan(folder, day)
    accounts = {visit.visit_id: visit.account_no for visit in printed.visits}
    turned = [accounts[stop["visit_id"]] for stop in reversed(route["stops"])]
    pinned = ("--route", f"{route['crew']}={'，'.join(turned)}")
    code, _, wrong = zoufang("replan", *here, *pinned, "--seconds", 0.5)
    assert code == 0, wrong
    new = latest_plan(folder, day)
    made = next(one for one in new.routes if one.crew_id == route["crew"])
    assert [accounts[stop.visit_id] for stop in made.stops] == turned
    code, said, _ = zoufang("replan", *here, "--route", route["crew"], "--slower", 9)
    assert code == 0
    assert f"{route['crew']}：出发或返回超出班次" in said
    assert "路途仍按 9 倍计" in said
    assert zoufang("replan", *here, "--slower", 11)[0] == 2
    for option in ("--at", "--route", "--pin"):
        code, _, wrong = zoufang("replan", *here, option, "=")
        assert code == 2
        assert option in wrong
    any_time = {visit.account_no for visit in printed.visits if not visit.windows}
    one = next(account for account in turned if account in any_time)
    twice = ("--pin", f"{one}=C1", "--pin", f"{one}=C2")
    for wrongly in (twice, ("--route", "C9"), ("--unpin", "nobody")):
        code, _, wrong = zoufang("replan", *here, *wrongly)
        assert code == 2
        assert wrongly[1].partition("=")[0] in wrong
    fixed = ("--pin", f"{one}={route['crew']}", "--at", f"{one}=10:15")
    for options, pinned in (
        ((*fixed, "--slower", 1, "--unpin", route["crew"]), (route["crew"], 36_900)),
        (("--unpin", one), (None, None)),
    ):
        code, said, wrong = zoufang("replan", *here, *options)
        assert code == 0, wrong
        new = latest_plan(folder, day)
        (found,) = (visit for visit in new.visits if visit.account_no == one)
        assert (found.pinned_crew, found.pinned_start_s) == pinned
        begins = {
            stop.visit_id: (one.crew_id, stop.begin_s) for one in new.routes for stop in one.stops
        }
        assert pinned == (None, None) or begins.get(found.visit_id) == pinned
    code, _, wrong = zoufang("replan", *here, "--unpin", one)
    assert (code, "没有固定" in wrong) == (2, True)
    for wrongly, told in (
        (("--now", "16:30", "--pin", f"{turned[-1]}={route['crew']}"), "已经走访"),
        (("--now", "07:30", "--at", f"{one}=07:00"), "早于 --now"),
    ):
        code, _, wrong = zoufang("replan", *here, *wrongly)
        assert (code, told in wrong) == (2, True), wrong
    code, _, wrong = zoufang("replan", *here, "--route", "C9=nobody", "--at", "nothing=10:00")
    assert code == 2
    assert "nobody" in wrong
    assert "nothing" in wrong


def test_from_files_to_sheets_and_back(zoufang, county, tmp_path, monkeypatch):
    """The whole circle by commands alone, as the README tells it."""
    folder = tmp_path / "走访 2027"
    certificate, days = plan(zoufang, county, folder)
    assert certificate["customers"] == CUSTOMERS
    assert certificate["planned"] + sum(certificate["unplanned"].values()) == CUSTOMERS
    route = days[0]["routes"][0]
    day = folder / "out" / days[0]["date"]
    assert len(sorted(day.rglob("*.pdf"))) == len(sorted(day.rglob("*.html"))) > 0
    assert (folder / "out" / "certificate.pdf").is_file()
    here = ("-C", folder, "--station", days[0]["station"], "--date", days[0]["date"])
    code, said, wrong = zoufang("print", *here, "--forms")
    assert code == 0, wrong
    assert (folder / "out" / days[0]["date"] / days[0]["station"]).as_posix() in said
    code, said, wrong = zoufang("replan", *here, "--slower", 1.3, "--seconds", 0.5)
    assert code == 0, wrong
    code, _, wrong = zoufang("replan", *here, "--without", "nobody")
    assert code == 2
    assert route["crew"] in wrong
    pin_and_unpin(zoufang, folder, days[0], here)
    code, said, wrong = zoufang("replan", *here, "--slower", 1.3, "--seconds", 0.5)
    assert code == 0, wrong
    monkeypatch.setenv("ZOUFANG_TODAY", days[0]["date"])
    row = ("--crew", route["crew"], "--row", 1, "--result", "done")
    for added in (1, 0):
        code, said, wrong = zoufang("record", *here, *row)
        assert code == 0, wrong
        assert f" {added} " in said
    _, said, _ = zoufang("status", "-C", folder, "--json", "--date", days[0]["date"])
    assert json.loads(said)["states"]["visited"] == 1
    assert sum(json.loads(said)["states"].values()) == CUSTOMERS
    _, said, _ = zoufang("status", "-C", folder, "--list", "visited", "--json")
    assert [row["account_no"] for row in json.loads(said)]


def test_a_campaign_that_is_broken_off_leaves_everything_as_it_was(
    zoufang, county, tmp_path, monkeypatch
):
    """New territories beside the old calendar would send crews to streets of others."""
    folder = tmp_path / "走访"
    plan(zoufang, county, folder)
    moved = pd.read_csv(county / "customers.csv", dtype=str)
    moved["经度"] = moved["经度"].astype(float) + 0.001
    moved.to_csv(tmp_path / "moved.csv", index=False)
    assert zoufang("import", "-C", folder, "--customers", tmp_path / "moved.csv")[0] == 0
    before = dump(folder / "register.sqlite")
    monkeypatch.setattr(
        "optimizer.register.Register.save_calendar",
        lambda *_: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    code, _, _ = zoufang("campaign", "-C", folder, "--anew")
    assert code != 0
    assert dump(folder / "register.sqlite") == before


def test_the_same_seed_makes_the_same_plan(zoufang, county, tmp_path):
    """A planner who runs the campaign twice must not get two truths."""
    plans = []
    for name in ("one", "two"):
        plan(zoufang, county, tmp_path / name)
        with Register.open(tmp_path / name / "register.sqlite") as register:
            plans.append((register.blocks(), register.block_visits()))
    for one, other in zip(*plans, strict=True):
        assert len(one)
        pd.testing.assert_frame_equal(one, other)


def test_a_chief_asks_where_one_more_fits_and_what_the_day_amounts_to(zoufang, county, tmp_path):
    """Somebody calls at five: which crew could come by tomorrow, and what it costs them."""
    folder = tmp_path / "c"
    _, days = plan(zoufang, county, folder)
    there = ("-C", folder, "--station", days[0]["station"], "--date", days[0]["date"])
    with Register.open(folder / "register.sqlite") as register:
        own = register.territories()[0]
        own = own[own["station"] == days[0]["station"]]
        saved = register.day_plan(days[0]["station"], dt.date.fromisoformat(days[0]["date"]))
    printed = [visit.account_no for visit in saved.visits]
    other = next(name for name in own["account_no"] if name not in printed)
    code, said, wrong = zoufang("fit", other, *there, "--json")
    assert code == 0, wrong
    fits = json.loads(said)
    assert [one["price"] for one in fits] == sorted(one["price"] for one in fits)
    assert {one["crew_id"] for one in fits} <= {crew.crew_id for crew in saved.crews}
    code, said, wrong = zoufang("fit", other, *there)
    assert code == 0, wrong
    code, _, wrong = zoufang("fit", "0000000000", *there)
    assert code == 2
    assert "0000000000" in wrong
    code, _, wrong = zoufang("fit", printed[0], *there)
    assert code == 2
    code, said, wrong = zoufang("figures", *there, "--rules", "--json")
    assert code == 0, wrong
    told = json.loads(said)
    assert told["visits"] == sum(len(route["stops"]) for route in days[0]["routes"])
    assert told["travel_s"] == sum(crew["travel_s"] for crew in told["crews"])
    code, said, wrong = zoufang("figures", *there, "--lang", "en")
    assert code == 0, wrong
    assert "travel (min)" in said


def test_paper_speaks_english_on_demand(zoufang, county, tmp_path):
    """A visitor from elsewhere gets an English sheet of a Chinese campaign, and changes nothing."""
    _, days = plan(zoufang, county, tmp_path / "c")
    there = ("-C", tmp_path / "c", "--station", days[0]["station"], "--date", days[0]["date"])
    for lang, word, other in (("en", "Tool bag", "工具袋"), ("zh", "工具袋", "Tool bag")):
        out = tmp_path / lang
        code, _, wrong = zoufang("print", *there, "--lang", lang, "--out", out)
        assert code == 0, wrong
        text = "".join(page.extract_text() for page in PdfReader(next(out.glob("*.pdf"))).pages)
        assert word in text
        assert other not in text


def test_a_named_horizon_is_kept(zoufang, county, tmp_path):
    """Tomorrow's replan and what-if must mean the same last day as today's plan did."""
    folder = tmp_path / "c"
    plan(zoufang, county, folder)
    settings = folder / "campaign.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# our own\n", encoding="utf-8")
    code, _, wrong = zoufang("campaign", "-C", folder, "--finish", "2028-06-30")
    assert code == 0, wrong
    assert Campaign(folder).settings.campaign.finish == dt.date(2028, 6, 30)
    assert settings.read_text(encoding="utf-8").endswith("# our own\n")
    code, _, _ = zoufang("campaign", "-C", folder, "--finish", "2020-06-30")
    assert code == 2
    assert Campaign(folder).settings.campaign.finish == dt.date(2028, 6, 30)


def test_what_the_planner_and_the_clerk_ask_for(zoufang, county, tmp_path):
    """Each of these is a few calls; the wires to them must hold."""
    folder = tmp_path / "c"
    plan(zoufang, county, folder)
    asked = [
        ["territories", "-C", folder, "--suggest", "--out", folder / "areas.gpkg"],
        ["campaign", "-C", folder, "--what-if", "duty+1"],
        ["campaign", "-C", folder, "--what-if", "duty+1", "--json"],
        ["map", "-C", folder, "--station", "S01"],
        ["bulletin", "-C", folder, "--month", "2027-01"],
        ["ledgers", "-C", folder],
        ["doctor", "-C", folder],
        ["backup", folder / "copy.sqlite", "-C", folder],
        ["restore", folder / "copy.sqlite", "-C", folder],
    ]
    for arguments in asked:
        code, said, wrong = zoufang(*arguments)
        assert code == 0, f"{arguments}: {wrong}"
        assert said.strip()
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"areas.gpkg", "bulletin-2027-01.pdf", "bulletin-2027-01.xlsx"} <= left
    assert {"register.gpkg", "copy.sqlite"} <= left


def test_a_second_import_changes_nothing(zoufang, county, tmp_path):
    """A clerk who is not sure whether the import ran must be able to run it again."""
    zoufang("init", tmp_path / "c")
    assert zoufang("import", "-C", tmp_path / "c", *tables(county))[0] == 0
    before = dump(tmp_path / "c" / "register.sqlite")
    assert zoufang("import", "-C", tmp_path / "c", *tables(county))[0] == 0
    assert dump(tmp_path / "c" / "register.sqlite") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["day", "-C", "nowhere"], "zoufang init"),
        (["campaign", "-C", "nowhere"], "zoufang init"),
        (["import", "-C", "made"], "--customers"),
        (["import", "-C", "made", "--customers", "none.csv"], "none.csv"),
        (["roads", "-C", "made"], "--file"),
        (["roads", "-C", "made", "--file", "none.osm.pbf"], "none.osm.pbf"),
        (["campaign", "-C", "made", "--start", "soon"], "soon"),
        (["campaign", "-C", "made"], "zoufang roads"),
        (["day", "-C", "made", "--date", "2027-02-30"], "2027-02-30"),
        (["day", "-C", "made"], "zoufang campaign"),
        (["init", "made"], "made"),
        (["init", "other", "--example", "atlantis"], "liling"),
        (["record", "-C", "made"], "--row"),
        (["record", "-C", "made", "none.json"], "none.json"),
        (["record", "-C", "made", "--row", "1"], "--station"),
        (["status", "-C", "made", "--list", "everything"], "回访超期"),
        (["bulletin", "-C", "made"], "--week"),
        (["bulletin", "-C", "made", "--week", "2026-W60"], "2026-W60"),
        (["print", "-C", "made", "--station", "S1", "--date", "2027-01-04"], "zoufang day"),
        (["restore", "none.sqlite", "-C", "made"], "none.sqlite"),
        (["campaign", "-C", "made", "--what-if", "magic"], "magic"),
        (["campaign", "-C", "made", "--replan"], "zoufang roads"),
        (["replan", "-C", "made", "--station", "S1", "--date", "2027-01-04"], "zoufang day"),
        (["route", "none.json"], "none.json"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(zoufang, tmp_path, monkeypatch, arguments, said):
    """A traceback tells a chief nothing; a sentence tells what to do."""
    monkeypatch.chdir(tmp_path)
    zoufang("init", "made")
    code, _, wrong = zoufang(*arguments)
    assert code == 2
    assert said in wrong
    assert "Traceback" not in wrong


def test_a_part_of_the_customers_does_not_make_the_others_go(zoufang, county, tmp_path):
    """A clerk who imports one corrected row must not lose sixty customers by it."""
    folder, part = tmp_path / "c", tmp_path / "part.csv"
    zoufang("init", folder)
    assert zoufang("import", "-C", folder, *tables(county))[0] == 0
    lines = (county / "customers.csv").read_text(encoding="utf-8-sig").splitlines()
    part.write_text("\n".join(lines[:2]), encoding="utf-8")
    before = dump(folder / "register.sqlite")
    code, _, wrong = zoufang("import", "-C", folder, "--customers", part)
    assert code == 2
    assert "--part" in wrong
    assert dump(folder / "register.sqlite") == before
    assert zoufang("import", "-C", folder, "--customers", part, "--part")[0] == 0
    with Register.open(folder / "register.sqlite") as register:
        assert len(register.customers()) == CUSTOMERS


@pytest.mark.parametrize("roads_first", [True, False])
def test_a_wrong_datum_is_told_whichever_comes_first(zoufang, county, tmp_path, roads_first):
    """A shift of half a kilometre looks like nothing in a table, and spoils every route."""
    folder = tmp_path / "c"
    zoufang("init", folder)
    steps = [
        ("roads", "-C", folder, "--file", county / "roads.osm.pbf"),
        ("import", "-C", folder, *tables(county), "--datum", "gcj02"),
    ]
    for step in steps if roads_first else reversed(steps):
        code, _, wrong = zoufang(*step)
        assert code == 0, wrong
    assert "wgs84" in wrong.lower() or "WGS-84" in wrong


def test_a_running_campaign_is_not_thrown_away(zoufang, county, tmp_path, monkeypatch):
    """Printed days are in people's hands: planning from the start must be asked for by name."""
    folder = tmp_path / "c"
    plan(zoufang, county, folder)
    monkeypatch.setenv("ZOUFANG_TODAY", "2028-01-03")
    before = dump(folder / "register.sqlite")
    code, _, wrong = zoufang("campaign", "-C", folder)
    assert code == 2
    assert "--replan" in wrong
    assert dump(folder / "register.sqlite") == before
    code, said, wrong = zoufang("campaign", "-C", folder, "--replan", "--json")
    assert code == 0, wrong
    assert json.loads(said)["replan"]["stations"]


def test_a_route_of_one_job_is_solved_and_judged(zoufang, tmp_path):
    """Whoever comes from VROOM keeps his files: one job 60 s away is 120 s of travel."""
    problem = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 7, "location_index": 1, "service": 300}],
        "matrices": {"car": {"durations": [[0, 60], [60, 0]]}},
    }
    path = tmp_path / "in.json"
    path.write_text(json.dumps(problem), encoding="utf-8")
    code, said, wrong = zoufang("route", path, "--seconds", 0.2)
    assert code == 0, wrong
    assert json.loads(said)["summary"]["duration"] == 120
    code, _, _ = zoufang("route", path, "-o", tmp_path / "out.json", "--seconds", 0.2)
    assert code == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["routes"]


def test_route_reads_what_editors_write_and_says_what_it_cannot(zoufang, tmp_path):
    """Notepad puts a mark before the text; lists without end, times that are none, no folder."""
    path, text = tmp_path / "in.json", '{"jobs": [], "vehicles": [], "matrix": [[0]]}'
    path.write_text(text, encoding="utf-8-sig")
    assert zoufang("route", path)[0] == 0
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    for said, arguments in {
        "不是 JSON": (tmp_path / "deep.json",),
        "--seconds": (path, "--seconds", "nan"),
        "写不进去": (path, "-o", path / "out.json"),
    }.items():
        code, _, wrong = zoufang("route", *arguments)
        assert (code, said in wrong, "Traceback" in wrong) == (2, True, False), wrong


def test_broken_files_end_in_a_report_and_leave_the_register_alone(zoufang, county, tmp_path):
    """Of over 400 broken imports each names its file, exits with 2, and changes nothing at all.

    `test_intake_fuzz` reads all of them; here every fifth one goes through the command.
    """
    folder = tmp_path / "c"
    zoufang("init", folder)
    assert zoufang("import", "-C", folder, *tables(county))[0] == 0
    before = dump(folder / "register.sqlite")
    tried = 0
    for broken in islice(broken_files(tmp_path / "broken"), 0, None, 5):
        options = [part for name, path in broken.files.items() for part in (f"--{name}", path)]
        code, _, wrong = zoufang("import", "-C", folder, *options)
        assert code == 2, f"{broken}: {wrong}"
        assert broken.path.name in wrong, f"{broken}: {wrong}"
        assert "Traceback" not in wrong
        tried += 1
    assert tried >= 80
    assert dump(folder / "register.sqlite") == before
