"""Backups that only a passphrase opens, and backups that are checked before they are needed."""

from __future__ import annotations

import stat

import pytest
from field_world import ACCOUNTS, record, take, village

from optimizer.desk import Campaign
from optimizer.errors import RegisterError


@pytest.fixture
def county(tmp_path):
    """A village with one record, and a passphrase beside it."""
    with Campaign.create(tmp_path / "c") as campaign:
        campaign.register.take_in(village(), "v", "wgs84")
        take(campaign.register, record(ACCOUNTS[0], id="one"))
    (tmp_path / "phrase").write_text("走访 correct horse\n", encoding="utf-8")
    (tmp_path / "other").write_text("another\n", encoding="utf-8")
    return campaign


def test_an_encrypted_backup_comes_back(county, tmp_path, zoufang):
    """A stick with the backup may be lost; what it holds must not be."""
    copy, phrase = tmp_path / "copy.zf", ["--passphrase-file", tmp_path / "phrase"]
    for _ in range(2):  # tomorrow's takes the place of today's
        assert zoufang("backup", copy, "-C", county.path, *phrase)[0] == 0
    assert "水厂".encode() not in copy.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    code, said, _ = zoufang("restore", copy, "--check", "-C", county.path, *phrase)
    assert code == 0
    assert "8 户，1 条记录" in said
    with county:
        assert county.register.events("restored").empty
        take(county.register, record(ACCOUNTS[1], id="two"))
    assert zoufang("restore", copy, "-C", county.path, *phrase)[0] == 0
    with county:
        assert county.register.ledgers.records()["id"].tolist() == ["one"]
        assert county.damage() == []
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".new")]


def test_what_does_not_open_changes_nothing(county, tmp_path):
    """A wrong passphrase, a cut, a flipped bit, chunks in another order: all are told."""
    copy, phrase = tmp_path / "copy.zf", tmp_path / "phrase"
    county.backup(copy, phrase)
    county.close()
    content = copy.read_bytes()
    before = county.register_path.read_bytes()
    with pytest.raises(RegisterError, match="add --passphrase-file"):
        county.restore(copy)
    with pytest.raises(RegisterError, match="the passphrase is another"):
        county.restore(copy, tmp_path / "other")
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for damaged in (content[:-1], content[:20], content[:23], bytes(flipped), content + b"x"):
        copy.write_bytes(damaged)
        with pytest.raises(RegisterError, match="damaged or cut short"):
            county.check_backup(copy, phrase)
    assert county.register_path.read_bytes() == before


def test_a_passphrase_has_to_be_there(county, tmp_path):
    """An empty file would encrypt with nothing, and seem to protect."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="first line is empty"):
        county.backup(tmp_path / "copy.zf", tmp_path / "empty")
    with pytest.raises(RegisterError, match="cannot be read"):
        county.backup(tmp_path / "copy.zf", tmp_path / "nowhere")


def test_a_backup_is_checked_without_restoring_it(county, tmp_path, zoufang):
    """The day on which it is needed is too late to find that it is damaged."""
    copy = tmp_path / "copy.sqlite"
    county.backup(copy)
    assert zoufang("restore", copy, "--check", "-C", county.path)[0] == 0
    content = bytearray(copy.read_bytes())
    content[4096 : 4096 + 2000] = bytes(2000)
    copy.write_bytes(content)
    code, _, said = zoufang("restore", copy, "--check", "-C", county.path)
    assert code == 2
    assert str(copy) in said
