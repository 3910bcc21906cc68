"""A disk that changes what it was given: it is told, it is not backed up, and the rest is saved."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from field_world import ACCOUNTS, record, take, village

from optimizer.desk import Campaign
from optimizer.errors import RegisterError, ZoufangError
from optimizer.register import Register, store

YESTERDAY, TODAY = "2027-03-02T18:00:00+08:00", "2027-03-03T08:00:00+08:00"


@pytest.fixture
def county(tmp_path, monkeypatch):
    """A village whose records of yesterday are sealed, and one record of today."""
    campaign = Campaign.create(tmp_path / "c")
    for module in ("store", "events", "imports"):
        monkeypatch.setattr(f"optimizer.register.{module}.now_text", lambda: at[0])
    monkeypatch.setattr("optimizer.register.ledgers.now_text", lambda: at[0])
    at = [YESTERDAY]
    with campaign:
        campaign.register.take_in(village(), "v", "wgs84")
        for number, account in enumerate(ACCOUNTS):
            take(campaign.register, record(account, id=f"y{number}", opinion=f"opinion {number}"))
    campaign.backup(tmp_path / "copy.sqlite")
    at[0] = TODAY
    with campaign:
        take(campaign.register, record(ACCOUNTS[0], "nobody_home", id="today", time="10:00:00"))
    campaign.close()
    return campaign


def change(path, before, after):
    """Change text in a file, as a failing disk does: no page is broken by it."""
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))


def test_a_changed_letter_in_what_was_sealed_is_told(county):
    """SQLite sees a broken page only; a 3 that became a 4 is as wrong."""
    with county:
        assert county.damage() == []
        assert county.register.store.value("SELECT count(*) FROM seals") >= 2
    change(county.register_path, b"opinion 3", b"opinion 4")
    with county:
        (fault,) = county.damage()
        assert (fault.code, fault.facts["table"]) == ("doctor.changed", "records")
        with pytest.raises(RegisterError, match="the copy is not whole"):
            county.backup(county.path / "new.sqlite")
        assert not (county.path / "new.sqlite").exists()


@pytest.mark.parametrize("text", [b"CREATE TABLE customers", b"opinion 3"])
def test_bytes_that_are_no_text_any_more_are_damage(county, zoufang, text):
    """In a record or the schema itself: doctor says what to do, and shows no traceback."""
    change(county.register_path, text, b"\x8a" + text[1:])
    code, _, said = zoufang("doctor", "-C", county.path)
    assert code == 2
    assert "Traceback" not in said
    assert zoufang("restore", county.path.parent / "copy.sqlite", "-C", county.path)[0] == 0
    assert zoufang("doctor", "-C", county.path)[0] == 0


def test_only_former_days_are_sealed_and_only_once(county):
    """What is written today may still be on its way; tomorrow's first writer seals it."""
    with county, county.register.store.writing():
        pass
    with county:
        last = county.register.store.value("SELECT max(last) FROM seals WHERE table_name='records'")
        assert last == len(ACCOUNTS)
        seals = county.register.store.rows("SELECT table_name, first FROM seals")
        assert len(seals) == len({*seals})


def test_a_seal_can_neither_be_changed_nor_deleted(county):
    """Who changes a record would have to change its seal too."""
    for statement in ("DELETE FROM seals", "UPDATE seals SET digest = ''"):
        with county, pytest.raises(RegisterError, match="only ever added to"):
            county.register.store.run(statement)


@pytest.mark.parametrize("seed", range(6))
def test_restore_and_salvage_bring_back_what_came_after_the_backup(county, zoufang, seed):
    """Last night's backup is not all there is: today's records are in the damaged file still."""
    rng = random.Random(seed)
    content = bytearray(county.register_path.read_bytes())
    pages = len(content) // 4096
    page = rng.randrange(1, pages)
    content[page * 4096 : page * 4096 + 200] = rng.randbytes(200)
    county.register_path.write_bytes(content)
    code, _, said = zoufang(
        "restore", county.path.parent / "copy.sqlite", "-C", county.path, "--salvage"
    )
    assert code == 0, said
    with county:
        ids = set(county.register.ledgers.records()["id"])
        assert ids >= {f"y{number}" for number in range(len(ACCOUNTS))}
        assert county.damage() == []
        assert county.disagreements() == []
    assert zoufang("doctor", "-C", county.path)[0] == 0


def test_salvage_takes_back_the_day(county, zoufang):
    """A register that was restored by mistake loses nothing either."""
    copy = county.path.parent / "copy.sqlite"
    code, said, _ = zoufang("restore", copy, "-C", county.path, "--salvage")
    assert code == 0
    assert "取回" in said
    with county:
        assert "today" in set(county.register.ledgers.records()["id"])
        assert county.register.events("restored")["who"].size == 1


def test_flips_and_cuts_are_told_or_harmless(tmp_path):
    """Whatever a bit says after a fault: sealed rows are as they were, or somebody is told."""
    path, place = tmp_path / "register.sqlite", tmp_path / "damaged.sqlite"
    with Register.create(path) as register:
        register.take_in({"customers": customers(300)}, "v", "wgs84")
        with register.store.writing():
            store.seals.seal(register.store, "2999-01-01T00:00:00+00:00")
        imports = register.imports()
    content, rng = path.read_bytes(), random.Random(1)
    for number in range(60):
        damaged = bytearray(content)
        at = rng.randrange(len(damaged))
        if number % 6:
            damaged[at] ^= 1 << rng.randrange(8)
        else:
            del damaged[at:]
        place.write_bytes(damaged)
        try:
            with Register.open(place) as register:
                assert register.doctor() or register.imports().equals(imports)
        except ZoufangError:
            continue


def customers(number):
    return pd.DataFrame(
        {"account_no": [f"{n:010d}" for n in range(number)], "kind": "household", "name": "甲"}
    )
