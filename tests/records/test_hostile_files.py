"""Files that mean harm, or were harmed: they cost their own rows, a sentence, and little memory."""

from __future__ import annotations

import base64
import json
import os
import sys
import tracemalloc
import zlib

import pytest
from field_world import ACCOUNTS, DAY, record, village

from optimizer.desk import Campaign
from optimizer.desk.opened import day_of
from optimizer.errors import CampaignError
from optimizer.records import read_text
from optimizer.records.parsing import read_content


def export(*records):
    """What a phone hands over."""
    sheet = {"format": "zoufang-records", "version": 1, "station": "ST01", "crew": "C001"}
    return json.dumps(sheet | {"date": DAY.isoformat(), "records": records}).encode()


@pytest.mark.parametrize(
    "date", ["9999-12-31", "0001-01-01", "1999-12-31", "2200-01-01", "2027-02-29", "2027-13-01"]
)
def test_a_date_out_of_range_costs_its_row_alone(date):
    """A clock that was never set must not cost the evening's other records."""
    good, bad = record(ACCOUNTS[0]), record(ACCOUNTS[1]) | {"date": date}
    reading = read_content(export(good, bad, record(ACCOUNTS[2])), "phone.json")
    assert [entry.account_no for entry in reading.entries] == [ACCOUNTS[0], ACCOUNTS[2]]
    assert len(reading.faults) == 1


@pytest.mark.parametrize("date", ["2000-02-29", "2028-02-29", "2026-12-31", "2027-01-01"])
def test_leap_days_and_turns_of_the_year_are_days(date):
    """29 February comes once in a campaign."""
    reading = read_content(export(record(ACCOUNTS[0]) | {"date": date}), "phone.json")
    assert [entry.date for entry in reading.entries] == [date]


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "2027-02-29", "tomorrow"])
def test_a_day_of_another_century_is_a_sentence(date):
    """Nothing can be reckoned with near the ends of the calendar."""
    with pytest.raises(CampaignError, match="ZOUFANG_TODAY"):
        day_of(date, "ZOUFANG_TODAY")


@pytest.mark.parametrize("piece", ["[],", "{},", "0,", '"a",'])
def test_a_small_code_of_endless_emptiness_takes_little_memory(piece):
    """Sixty kilobytes of a code could unpack to ten gigabytes of empty lists."""
    text = f"[{piece * (60_000_000 // len(piece))}0]"
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 1)).decode()
    del text
    tracemalloc.start()
    reading = read_text(f"ZF1:{packed}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(reading.faults) == 1
    assert most < 300 * 2**20


@pytest.mark.skipif(os.name == "nt", reason="arguments are text on Windows")
def test_bytes_that_are_no_text_are_a_sentence(tmp_path, zoufang, monkeypatch):
    """A terminal of another encoding hands over such arguments; nothing is stored."""
    with Campaign.create(tmp_path / "c") as campaign:
        campaign.register.take_in(village(), "v", "wgs84")
    broken = os.fsdecode(b"caf\xe9 \xff")
    visit = ["--account", ACCOUNTS[0], "--date", DAY, "--result", "done"]
    for arguments in (
        ["record", *visit, "--opinion", broken],
        ["record", "--account", broken, *visit[2:]],
        ["day", "--station", broken],
        ["status", "--list", broken],
    ):
        code, _, said = zoufang(*arguments, "-C", tmp_path / "c")
        assert code == 2, said
        assert "Traceback" not in said
    with Campaign(tmp_path / "c") as campaign:
        assert campaign.register.ledgers.records().empty
    assert sys.argv[0] == "zoufang"
