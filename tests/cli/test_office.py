"""The evening by commands alone: what came back is entered, decided, promised and closed."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest
from field_world import (
    ACCOUNTS,
    DAY,
    HOUSEHOLDS,
    WATER_WORKS,
    day_plan,
    export,
    packed,
    record,
    village,
    wrong,
)

from optimizer.catalogue import Texts
from optimizer.cli import chief, main
from optimizer.desk import Campaign
from optimizer.model import Learned
from optimizer.records import read_text, take_records
from optimizer.settings import FollowSettings, Settings, settings_toml

ONE, TWO, THREE = HOUSEHOLDS[:3]
SHEET = ("--station", "ST01", "--crew", "C001", "--date", "2027-03-02")


@pytest.fixture(autouse=True)
def april(monkeypatch):
    """All that is recorded and decided here has been."""
    monkeypatch.setenv("ZOUFANG_TODAY", "2027-04-30")


@pytest.fixture
def campaign(tmp_path):
    """The village's campaign: two households on the sheet of 2 March."""
    campaign = Campaign.create(tmp_path / "c", Settings())
    with campaign, campaign.register as register:
        register.take_in(village(), "village.xlsx", "wgs84")
        register.save_day_plan(day_plan([(ONE, "first"), (TWO, "first")]))
    return campaign


@pytest.fixture
def zoufang(campaign, monkeypatch, capfd):
    """Run a command of the campaign: what it printed, and with --json what that means."""

    def run(command, *arguments, code=0):
        argv = ["zoufang", command, "-C", campaign.path, *arguments]
        monkeypatch.setattr(sys, "argv", [*map(str, argv)])
        monkeypatch.setenv("COLUMNS", "200")
        capfd.readouterr()
        try:
            main()
            ended = 0
        except SystemExit as end:
            ended = end.code or 0
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err
        assert ended == code, printed.err
        if code:
            return printed.err
        return json.loads(printed.out) if "--json" in arguments else printed.out

    return run


def listed(zoufang, what, **options):
    """Accounts of a list of `status`."""
    more = [part for key, value in options.items() for part in (f"--{key}", value)]
    return [row["account_no"] for row in zoufang("status", "--list", what, *more, "--json")]


def test_a_finding_is_reported_rectified_checked_and_closed(zoufang):
    """Typed from the sheet on 2 March, repaired on the 10th, due by 1 April, seen on the 20th."""
    said = zoufang(
        "record", *SHEET, "--row", 1, "--result", "done", "--finding", "pole:leans over the road"
    )
    assert " 1 " in said
    (found,) = zoufang("finding", "--json")
    name = found["finding"]
    assert (found["account_no"], found["state"], found["note"]) == (
        ONE, "open", "leans over the road",
    )  # fmt: skip
    assert (found["check_from"], found["check_by"]) == ("2027-03-09", "2027-04-01")
    assert name in zoufang("finding", name, "--state", "rectified", "--on", "2027-03-10")
    assert zoufang("finding", ONE, "--json")[0]["state"] == "rectified"
    assert listed(zoufang, "overdue", date="2027-04-01") == []
    assert listed(zoufang, "overdue", date="2027-04-02") == [ONE]
    zoufang("record", "--account", ONE, "--date", "2027-03-20", "--result", "done")
    assert zoufang("finding", "--json") == []
    (closed,) = zoufang("finding", "--all", "--json")
    assert (closed["state"], closed["closed_on"]) == ("closed", "2027-03-20")
    assert "已是“销号”" in zoufang("finding", name, "--state", "rectified", code=2)


def test_what_is_repaired_on_the_spot_is_typed_so(zoufang):
    """Category, repaired and note in one word; a fuse needs no second visit, a wire does."""
    zoufang(
        "record", *SHEET, "--row", 1, "--result", "done", "--finding", "rcd:repaired",
        "--finding", "wiring:repaired:short: behind the stove",
    )  # fmt: skip
    rows = {row["category"]: row for row in zoufang("finding", "--all", "--json")}
    assert (rows["rcd"]["state"], rows["rcd"]["note"]) == ("closed", "")
    assert (rows["wiring"]["state"], rows["wiring"]["note"]) == (
        "rectified", "short: behind the stove",
    )  # fmt: skip


def test_a_correction_replaces_the_row_and_a_version_names_the_sheet(zoufang, campaign):
    """Nobody was home after all; and row 1 of the first print is not row 1 of the second."""
    with campaign, campaign.register as register:
        register.save_day_plan(day_plan([(TWO, "first"), (ONE, "first")]))
    first = (*SHEET, "--row", 1, "--version", 1)
    zoufang("record", *first, "--result", "done")
    assert listed(zoufang, "visited") == [ONE]
    zoufang("record", *first, "--result", "nobody_home", "--correct")
    assert (listed(zoufang, "visited"), listed(zoufang, "nobody_home")) == ([], [ONE])


def test_contradictions_are_shown_and_settled(zoufang):
    """The phone says done, the sheet refused: both are shown, one is kept, the visit counts."""
    zoufang("record", "--text", export(record(ONE)))
    said = zoufang("record", *SHEET, "--row", 1, "--result", "refused")
    assert "zoufang settle" in said
    assert [row["account_no"] for row in zoufang("settle", "--json")] == [ONE]
    assert ONE in zoufang("settle")
    rows = zoufang("settle", ONE, "2027-03-02", "--json")
    assert sorted(row["result"] for row in rows) == ["done", "refused"]
    right = next(row["id"] for row in rows if row["result"] == "done")
    assert right in zoufang("settle", ONE, "2027-03-02")
    assert "没有记录" in zoufang("settle", ONE, "2027-03-02", "--keep", "x", code=2)
    assert right in zoufang("settle", ONE, "2027-03-02", "--keep", right)
    assert zoufang("settle", "--json") == []
    assert listed(zoufang, "visited") == [ONE]


def test_the_water_works_is_connected_within_its_limit(zoufang):
    """Asked on 2 March, three visits allowed in 30 days: the third is near the limit."""
    (asked,) = zoufang(
        "request", WATER_WORKS, "--voltage", "hv10kv", "--on", "2027-03-02",
        "--matters", "survey", "--json",
    )  # fmt: skip
    assert (asked["max_visits"], asked["deadline"]) == (3, "2027-04-01")
    visit = ("record", "--account", WATER_WORKS, "--kind", "request", "--result", "done", "--date")
    for day, near in (("2027-03-03", []), ("2027-03-08", [WATER_WORKS])):
        zoufang(*visit, day)
        assert listed(zoufang, "near_limit", date=day) == near
    zoufang(*visit, "2027-03-13")
    name = asked["request"]
    assert name in zoufang("request", name, "--state", "connected", "--on", "2027-03-14")
    assert zoufang("request", "--json") == []
    assert zoufang("breaches", "--on", "2027-06-01", "--json") == []
    late = "自 2027-03-14 起已是“接电”"
    assert late in zoufang("request", name, "--state", "withdrawn", code=2)


def test_a_broken_limit_is_listed(zoufang):
    """Asked on Friday 5 March, to be done by Monday: on Tuesday it took too long."""
    zoufang("request", ONE, "--voltage", "urban", "--on", "2027-03-05")
    assert zoufang("breaches", "--on", "2027-03-08", "--json") == []
    (row,) = zoufang("breaches", "--on", "2027-03-09", "--json")
    assert (row["account_no"], row["breach"]) == (ONE, "time")
    assert row["request"] in zoufang("breaches", "--on", "2027-03-09")


def test_an_appointment_is_made_kept_and_cancelled(zoufang, monkeypatch):
    """A promise is open until somebody calls on that day, or takes it back."""
    monkeypatch.setenv("ZOUFANG_TODAY", "2027-03-09")
    (made,) = zoufang(
        "appointment", ONE, "2027-03-09", "--window", "14:00—16:00", "--note", "dog", "--json"
    )
    assert (made["date"], made["window"], made["note"]) == ("2027-03-09", "14:00-16:00", "dog")
    zoufang("appointment", TWO, "2027-03-10")
    assert [row["account_no"] for row in zoufang("appointment", "--json")] == [ONE, TWO]
    assert "14:00-16:00" in zoufang("appointment", "--station", "ST01")
    zoufang("appointment", f"{TWO}/2027-03-10", "--cancel")
    zoufang("record", "--account", ONE, "--date", "2027-03-09", "--result", "done")
    assert zoufang("appointment", "--json") == []
    assert len(zoufang("appointment", "--all", "--json")) == 2


PROJECT = "A1/2027-03-02"


def build(zoufang):
    """Three households complain of low voltage; their area is built anew by 20 March."""
    low = [wrong("low_voltage")]
    said = zoufang("record", "--text", export(*(record(a, findings=low) for a in HOUSEHOLDS[:3])))
    assert PROJECT in said
    for day, state in ((10, "on_site_check"), (12, "approved"), (20, "built")):
        assert PROJECT in zoufang("area", PROJECT, "--state", state, "--on", f"2027-03-{day}")
    return PROJECT


def test_a_low_voltage_area_becomes_a_project_and_is_checked_by_its_last_revisit(zoufang):
    """Three households make it one; the works are reported on; the record of the last ends it."""
    project = build(zoufang)
    assert "还有 3 户" in zoufang("area", project, "--state", "checked", code=2)
    for number, account in enumerate(HOUSEHOLDS[:3]):
        said = zoufang("record", "--account", account, "--date", "2027-03-28", "--result", "done")
        assert (project in said) == (number == 2)
    assert zoufang("area", "--json") == []
    (row,) = zoufang("area", "--all", "--json")
    assert (row["state"], row["since"]) == ("checked", "2027-03-28")


def test_a_project_is_checked_too_when_its_last_finding_is_dropped(zoufang):
    """Two households are revisited, the third house is gone: nothing is left to wait for."""
    project = build(zoufang)
    for account in (TWO, THREE):
        zoufang("record", "--account", account, "--date", "2027-03-28", "--result", "done")
    assert zoufang("area", "--json")[0]["state"] == "built"
    gone = ("--state", "dropped", "--note", "house is gone", "--on", "2027-03-29")
    (row,) = zoufang("finding", f"{ONE}/2027-03-02/low_voltage", *gone, "--json")
    assert row["state"] == "dropped"
    (row,) = zoufang("area", project, "--json")
    assert (row["state"], row["since"]) == ("checked", "2027-03-29")


def test_an_opinion_goes_its_way(zoufang):
    """Sorted, sent, answered, the customer told; the neighbour's same words are the same."""
    same = [record(account, opinion="街上的树挡线") for account in (ONE, TWO)]
    zoufang("record", "--text", export(*same))
    (first,) = zoufang("opinion", "--json")
    assert (first["category"], first["same"]) == ("tree", 2)
    name = first["opinion"]
    zoufang("opinion", name, "--state", "sorted", "--category", "wiring")
    zoufang("opinion", name, "--state", "sent", "--department", "运维检修部", "--on", "2027-03-03")
    assert "请写明答复内容" in zoufang("opinion", name, "--state", "answered", code=2)
    zoufang("opinion", name, "--state", "answered", "--answer", "下周砍", "--on", "2027-03-05")
    assert "下周砍" in zoufang("opinion", name)
    zoufang("opinion", name, "--state", "told", "--on", "2027-03-06")
    (row,) = zoufang("opinion", name, "--json")
    assert [row[key] for key in ("category", "department", "sent_on", "told_on")] == [
        "wiring", "运维检修部", "2027-03-03", "2027-03-06",
    ]  # fmt: skip
    assert zoufang("opinion", "--json") == []
    assert zoufang("opinion", "--station", "ST02", "--all", "--json") == []


def test_words_of_strangers_are_printed_as_they_are(zoufang):
    """Square brackets colour a terminal's text elsewhere; here they are what the customer said."""
    zoufang("record", "--text", export(record(ONE, opinion="[/red] [bold]电费\x1b[2J高")))
    said = zoufang("opinion")
    assert "[/red] [bold]电费" in said
    assert "\x1b" not in said


def test_parts_of_a_code_in_a_file_and_a_pasted_text_are_one(zoufang, tmp_path):
    """Two codes were photographed, one was pasted: the phone's records are in."""
    data = packed(export(record(ONE), record(TWO)))
    cuts = (0, len(data) // 3, 2 * len(data) // 3, len(data))
    parts = [f"ZF1:{n}/3:k:{data[cuts[n - 1] : cuts[n]]}" for n in (1, 2, 3)]
    for number in (1, 3):
        (tmp_path / f"{number}.txt").write_text(parts[number - 1], encoding="utf-8")
    files = (tmp_path / "1.txt", tmp_path / "3.txt")
    assert "缺少第 2 部分（共 3 部分）" in zoufang("record", *files, code=2)
    assert listed(zoufang, "visited") == []
    zoufang("record", *files, "--text", parts[1])
    assert listed(zoufang, "visited") == [ONE, TWO]


def test_a_day_says_what_the_clocks_have_corrected(capfd):
    """A chief who wonders at longer hours reads where they come from."""
    plan = day_plan([(ONE, "first")])
    chief._print_learned(plan, Texts("zh"))
    assert not capfd.readouterr().out
    known = Learned(service={"household": 1.2}, travel=0.9, areas={"A1": 1.1}, observations=99)
    chief._print_learned(replace(plan, learned=known), Texts("zh"))
    said = capfd.readouterr().out
    assert "居民 ×1.20，路途 ×0.90，1 个台区" in said
    assert "99" in said


def test_status_by_town_counts_everybody(zoufang):
    """The village's customers have no address: they are one town, and all of them."""
    (town,) = zoufang("status", "--towns", "--json")["towns"]
    assert town["accounts"] == len(ACCOUNTS)
    assert str(len(ACCOUNTS)) in zoufang("status", "--towns")


def test_status_says_it_in_words_and_area_by_area(zoufang):
    """A chief reads words, types them to see who is behind, and finds his areas."""
    zoufang("record", "--text", export(record(ONE, findings=[wrong("pole")])))
    said = zoufang("status", "--areas", "--date", DAY)
    assert {"已走访", "未闭环问题", "A1", "B1"} <= set(said.split())
    assert "已拆除" in said.split("台区")[0]  # a figure even where nobody is in it
    assert "已拆除" not in said.rsplit("供电所", 1)[1]  # but no empty column
    for name in ("open_findings", "未闭环问题", "open findings"):
        assert "户名" in zoufang("status", "--list", name)


def test_earlier_forecasts_are_a_table_and_a_rehearsal_needs_a_plan(zoufang):
    """Before a calendar is made there is nothing to foretell: that is said, not invented."""
    assert "预测日期" in zoufang("status", "--earlier")
    assert zoufang("status", "--earlier", "--json") == []
    assert "zoufang campaign" in zoufang("rehearse", code=2)


def test_a_list_is_narrowed_to_an_area_or_a_town(zoufang):
    """Area A1 has four households, B1 the shop; the village's addresses name no town."""
    assert len(listed(zoufang, "never_tried", area="A1")) == 4
    assert listed(zoufang, "never_tried", area="B1", station="ST01") == []
    assert listed(zoufang, "never_tried", town="泗汾镇") == []
    assert "--list" in zoufang("status", "--area", "A1", code=2)


def test_the_doctor_finds_ledgers_that_are_not_what_the_records_say(zoufang, campaign):
    """Rules were changed after the records: the doctor says so, and what to do about it."""
    with campaign, campaign.register as register:
        reading = read_text(export(record(ONE, findings=[wrong("pole")])))
        rules = Settings(follow=FollowSettings(revisit_by_days=60))
        take_records(register, rules, reading.entries, "phone.json")
    wrong_ones = zoufang("doctor", code=2)
    assert f"户号 {ONE} 的问题与记录不符" in wrong_ones
    assert "--reckon" in wrong_ones
    zoufang("doctor", "--reckon")
    zoufang("doctor")
    assert zoufang("finding", "--json")[0]["check_by"] == "2027-04-01"


def test_learn_shows_what_the_clocks_say(zoufang, campaign):
    """Eight taps, 15 minutes apart: few teach nothing; enough do, also where learning is off."""
    rows = [(account, "first") for account in ACCOUNTS]
    with campaign, campaign.register as register:
        register.save_day_plan(day_plan(rows))
    times = [f"{8 + n // 4:02}:{n % 4 * 15:02}:00" for n in range(len(ACCOUNTS))]
    taps = [record(a, time=t) for a, t in zip(ACCOUNTS, times, strict=True)]
    zoufang("record", "--text", export(*taps))
    seen = zoufang("learn", "--on", DAY, "--json")
    assert (seen["observations"], seen["service"], seen["learn"]) == (7, {}, True)
    rules = Settings(follow=FollowSettings(learn_min=2, learn=False))
    campaign.settings_path.write_text(settings_toml(rules), encoding="utf-8")
    seen = zoufang("learn", "--on", DAY, "--json")
    # 900 s between two taps are 300 s of ride and 600 s of service, as the plan has them.
    assert seen["service"] == {"household": 1.0}
    assert seen["learn"] is False
    assert "居民" in zoufang("learn", "--on", DAY)
    assert zoufang("learn", "--on", DAY, "--station", "ST02", "--json")["observations"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["settle", ONE], "是哪一天"),
        (["settle", ONE, "soon"], "soon"),
        (["settle", ONE, DAY, "--keep", "x"], "没有记录"),
        (["finding", "--state", "rectified"], "哪一项（问题）"),
        (["finding", "none", "--state", "rectified"], "没有问题“none”"),
        (["opinion", "none", "--state", "sent"], "没有意见“none”"),
        (["opinion", "none", "--state", "sorted", "--category", "ufo"], "低电压"),
        (["area", "none", "--state", "built"], "没有治理项目“none”"),
        (["request", ONE, "--voltage", "solar"], "hv10kv"),
        (["request", "9999999999", "--voltage", "urban"], "请先导入该客户"),
        (["request", ONE, "--voltage", "urban", "--state", "connected"], "登记业扩"),
        (["request", "none", "--state", "connected"], "没有业扩“none”"),
        (["appointment", ONE, "2027-05-09", "--window", "teatime"], "14:00-16:00"),
        (["appointment", ONE, "2027-05-09", "--cancel"], "登记预约"),
        (["appointment", "none", "--cancel"], "没有预约“none”"),
        (["settle", ONE, "2027-05-01", "--keep", "x"], "还没有到"),
        (["finding", "none", "--state", "rectified", "--on", "2037-03-01"], "还没有到"),
        (["request", ONE, "--voltage", "urban", "--on", "2020-01-01"], "走访开始"),
        (["appointment", ONE, "2037-03-09"], "不能约"),
        (["record", "--account", ONE, "--date", "37/3/2", "--result", "done"], "还没有到"),
        (["record", "--account", ONE, "--date", "2020-03-02", "--result", "done"], "走访开始"),
        (["record", "--result", "done"], "--account"),
        (["record", "--account", ONE], "--date"),
        (["record", "--account", ONE, "--date", "soon", "--result", "done"], "soon"),
        (["record", "--account", ONE, "--date", DAY, "--result", "fled"], "没人"),
        (["record", *SHEET, "--row", 9, "--result", "done"], "路线单上没有这一行"),
        (
            ["record", *SHEET, "--row", 1, "--result", "done", "--finding", "ufo"],
            "低电压",
        ),
        (["record", *SHEET, "--row", 1, "--result", "done", "--kind", "tea"], "回访"),
    ],
)
def test_a_mistake_is_a_sentence_and_changes_nothing(zoufang, campaign, arguments, said):
    """What cannot be decided is said with what to do, and leaves no event behind."""

    def book():
        with campaign, campaign.register as register:
            return register.ledgers.records_of(), register.events().to_dict("records")

    before = book()
    assert said in zoufang(*arguments, code=2)
    assert book() == before


def test_commands_know_stations_and_crews_by_their_names(zoufang):
    """泗汾 is ST01, 张三 of its crew C001; the clerk's table is read as it is."""
    (path,) = zoufang("typed", "--station", "泗汾", "--date", "2027/3/2").splitlines()
    assert path.endswith("typed.xlsx")
    said = zoufang("record", path, "--rest", "没人")
    assert "2" in said
    said = zoufang(
        "record", "--station", "泗汾供电所", "--date", DAY, "--crew", "张三", "--row", 1,
        "--result", "完成", "--finding", "⑧：是：倾斜", "--used", "保险丝=2", "--correct",
    )  # fmt: skip
    assert zoufang("finding", "--station", "泗汾", "--all", "--json")[0]["category"] == "pole"
    assert "没有这些文件" in zoufang("record", "nowhere.xlsx", code=2)
    assert listed(zoufang, "未上门", station="泗汾") == listed(
        zoufang, "never_tried", station="ST01"
    )
    zoufang("person", "add", "张所长", "--role", "chief", "--station", "泗汾")
    assert "ST01" in zoufang("person", "list")


def test_what_was_decided_is_taken_back(zoufang):
    """A slip of the hand in the evening: one option takes the last decision back."""
    account = ONE
    zoufang("appointment", account, "2027-05-05")
    (made,) = zoufang("appointment", "--json")
    zoufang("appointment", made["appointment"], "--cancel")
    assert zoufang("appointment", "--json") == []
    zoufang("appointment", made["appointment"], "--back")
    assert zoufang("appointment", "--json") == [made]
    zoufang("request", account, "--voltage", "urban")
    (asked,) = zoufang("request", "--json")
    zoufang("request", asked["request"], "--state", "withdrawn")
    zoufang("request", asked["request"], "--back")
    assert zoufang("request", "--json") == [asked]
    assert "没有可撤销" in zoufang("account", "--back", TWO, code=2)
