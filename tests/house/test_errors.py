"""What is said when something is refused: Chinese first, English on demand, nothing unsaid."""

from __future__ import annotations

import pickle
import sys

import pytest

from optimizer.catalogue import Message
from optimizer.cli import main
from optimizer.errors import CampaignError, Fault, IntakeError, SettingsError
from optimizer.settings import load_settings
from optimizer.workdays import read_seasons


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_facts_may_be_lists_errors_and_reasons_of_the_system(lang):
    """What an error quotes is told in the same language as the error."""
    full = OSError(28, "No space left on device")
    inner = CampaignError("file.close_it", path="a.csv", error=full)
    told = CampaignError("station.unknown", station=inner, known=["A", "B"]).in_words(lang)
    assert ("磁盘已满" in told) == (lang == "zh")
    assert ("A、B" if lang == "zh" else "A, B") in told


def test_an_error_keeps_its_facts_on_the_way_from_another_process():
    """Stations are planned in processes of their own; their refusals come back whole."""
    fault = Fault("a.csv", 2, None, None, Message("file.system", path="a", why="b"), "mend it")
    error = IntakeError("file.faults", [fault], path="a.csv", count=1)
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert back.in_words("zh") == error.in_words("zh")
    assert str(back).startswith("a.csv has 1 faults:\na.csv:2: a: b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["day"], "请用 `zoufang init"),
        (["day", "--lang", "en"], "make one with `zoufang init"),
        (["backup", "here/b.sqlite"], "不是走访项目"),
    ],
)
def test_a_refused_command_speaks_chinese_first(arguments, said, tmp_path, monkeypatch, capfd):
    """Where there is no campaign yet nobody has chosen English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["zoufang", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert said in capfd.readouterr().err


def test_a_refused_command_speaks_the_language_of_its_campaign(tmp_path, monkeypatch, capfd):
    """A county that reads English reads it on refusals too; --lang is stronger."""

    def refused(*arguments):
        monkeypatch.setattr(sys, "argv", ["zoufang", *arguments, "-C", str(tmp_path)])
        with pytest.raises(SystemExit):
            main()
        return capfd.readouterr().err

    (tmp_path / "campaign.toml").write_text('[campaign]\nlang = "en"\n', encoding="utf-8")
    assert "name either --file" in refused("roads")
    assert "register.sqlite does not exist" in refused("day")
    assert "register.sqlite 不存在" in refused("day", "--lang", "zh")


def test_wrong_settings_are_told_in_chinese(tmp_path):
    """Each wrong value with its place: pydantic's own words are English only."""
    (tmp_path / "campaign.toml").write_text(
        '[campaign]\nlang = "fr"\nwho = 1\n[shift]\nstart = "soon"\nlunch_min = -3\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path / "campaign.toml")
    told = refused.value.in_words("zh")
    assert "[campaign.lang] 'fr'：应为 'zh' or 'en'" in told
    assert "[campaign.who] 1：没有这项设定" in told
    assert "[shift.start] 'soon'：“soon”不是时刻" in told
    assert "[shift.lunch_min] -3：应不小于 0" in told
    assert "Input" not in told


def test_rows_of_small_tables_are_told_in_chinese(tmp_path):
    """The chief who wrote seasons.csv reads which row is wrong, and why."""
    (tmp_path / "seasons.csv").write_text("effect,first\nstay,07-10\navoid,never\n", "utf-8")
    with pytest.raises(IntakeError) as refused:
        read_seasons(tmp_path / "seasons.csv")
    assert "有 2 处错误：\nseasons.csv:2" in refused.value.in_words("zh")
    assert "请填 避开、优先 或 不去" in refused.value.in_words("zh")
    assert "write avoid, prefer or closed" in str(refused.value)
