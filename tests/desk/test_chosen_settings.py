"""`optimizer.desk.chosen_settings`: campaign.toml looked at and changed from a page."""

from __future__ import annotations

import pytest
from desk_world import make_county

from optimizer.catalogue import sentences
from optimizer.desk import Campaign
from optimizer.errors import SettingsError
from optimizer.settings import Settings


@pytest.fixture
def county(tmp_path):
    """A campaign with a planner's own comment in its settings."""
    folder = make_county(tmp_path / "county")
    path = folder / "campaign.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# 王工：不要改\n", encoding="utf-8")
    with Campaign(folder, lang="en") as campaign:
        yield campaign


def test_every_setting_has_its_words_in_both_languages():
    """The page says what each does; its English is that of the code and the reference."""
    known = {code for code in sentences() if code.startswith("setting.")}
    assert known == {
        f"setting.{section}_{name}"
        for section, field in Settings.model_fields.items()
        for name in field.annotation.model_fields
    }
    for section, field in Settings.model_fields.items():
        assert f"setting_section.{section}" in sentences()
        for name, one in field.annotation.model_fields.items():
            both = sentences()[f"setting.{section}_{name}"]
            assert both["en"].format() == " ".join(one.description.split())
            assert both["zh"] != both["en"]


def test_all_values_written_as_they_are_shown_change_nothing(county):
    """Somebody who opens the page and presses save has changed nothing."""
    before = county.settings_path.read_text(encoding="utf-8")
    for section, some in county.chosen_settings().items():
        assert county.change_settings(section, {one.name: one.value for one in some}) == []
        for one in some:
            county.check_setting(section, one.name, one.value)
    assert county.settings_path.read_text(encoding="utf-8") == before


def test_what_is_changed_is_read_by_the_settings_own_reader(county):
    """Text without quotes, times, tables and choices; other lines stay as they are."""
    changed = county.change_settings(
        "shift", {"lunch_start": "11:45", "weekdays": "[1, 2, 3]", "lunch_min": "45"}
    )
    assert len(changed) == 3
    county.change_settings("campaign", {"county": '泗"汾', "season_free": "false"})
    settings = county.stored_settings
    assert settings.shift.lunch_start == 11 * 3600 + 2700
    assert list(settings.shift.weekdays) == [1, 2, 3]
    assert settings.campaign.county == '泗"汾'
    assert settings.campaign.season_free is False
    assert settings.campaign.lang == "zh", "the reader's language is not the campaign's"
    assert "# 王工：不要改" in county.settings_path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("section", "name", "text"),
    [
        ("campaign", "finish", "2020-01-01"),
        ("campaign", "spare_share", "2"),
        ("campaign", "seed", "x = 3"),
        ("shift", "lunch_start", "half past"),
        ("campaign", "finish", "2029-06-29T10:00:00"),
        ("campaign", "seed", "1\n[day]\nseconds = 0"),
        ("campaign", "nothing", "1"),
        ("nothing", "seed", "1"),
        ("campaign", "freeze_days", "99999999999999999999"),
        ("campaign", "name", ""),
        ("campaign", "county", "县" * 101),
        ("follow", "rectify_days", "{ outage = 10001 }"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(county, section, name, text):
    """A planner reads why beside the field; the campaign goes on as it was."""
    before = county.settings_path.read_text(encoding="utf-8")
    with pytest.raises(SettingsError):
        county.check_setting(section, name, text)
    with pytest.raises(SettingsError):
        county.change_settings(section, {"note": "x", name: text})
    assert county.settings_path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("place", "text", "english", "chinese"),
    [
        ("campaign.freeze_days", "many", "write a number", "应为一个数"),
        ("campaign.season_free", "maybe", "write true or false", "应为 true 或 false"),
        ("shift.weekdays", "1 2 3", "write a list in brackets", "应为方括号里的一列值"),
        ("follow.rectify_days", "7", "valid dictionary", "应为一组“名称 = 值”"),
        ("follow.rectify_days", "seven", "names and their values", "应为花括号里的“名称 = 值”"),
        ("campaign.start", "soon", "write a day", "应为日期"),
        ("campaign.name", "", "at least 1 character", "至少 1 个字"),
    ],
)
def test_what_form_a_setting_has_is_said_in_the_readers_language(
    county, place, text, english, chinese
):
    """A Chinese sentence ended in `Invalid value (at line 1, column 9)`, which helps nobody."""
    with pytest.raises(SettingsError) as raised:
        county.check_setting(*place.split("."), text)
    assert english in raised.value.in_words("en")
    assert chinese in raised.value.in_words("zh")
    assert "line 1" not in raised.value.in_words("en")
