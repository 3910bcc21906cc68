"""campaign.toml: every setting is documented, defaults survive writing, faults are named."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import SettingsError
from optimizer.settings import (
    CampaignSettings,
    Settings,
    ShiftSettings,
    clock,
    clock_text,
    load_settings,
    settings_toml,
    with_values,
)


def every_setting():
    """All settings as "section.name" with their field."""
    for section, field in Settings.model_fields.items():
        for name, inner in field.annotation.model_fields.items():
            yield f"{section}.{name}", inner


def test_what_is_written_is_read_back(tmp_path):
    """A campaign.toml that init wrote must mean exactly what init meant."""
    settings = Settings(
        campaign=CampaignSettings(name='"大"\\走访', seed=7), shift=ShiftSettings(start="07:30")
    )
    path = tmp_path / "campaign.toml"
    path.write_text(settings_toml(settings), encoding="utf-8")
    assert load_settings(path) == settings


def test_an_empty_file_means_the_defaults(tmp_path):
    """Nobody has to write down what they do not want to change."""
    path = tmp_path / "campaign.toml"
    path.write_text("", encoding="utf-8")
    assert load_settings(path) == Settings()


def test_every_setting_has_a_sentence():
    """The sentence is all that a planner has to go by in campaign.toml."""
    bare = [name for name, field in every_setting() if not (field.description or "").endswith(".")]
    assert not bare


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[shift]\nstart = '25:00'", "shift.start"),
        ("[shift]\nstart = 'early'", "early"),
        ("[travel]\nparking_s = -5", "travel.parking_s"),
        ("[travel]\nparkng_s = 5", "travel.parkng_s"),
        ("[campaign]\nstart = 'soon'", "campaign.start"),
        ("[follow]\nevening = '5 pm'", "'5 pm' is not a time"),
        ("[follow]\nevening = '17:00'", "'17:00' is not a window"),
        ("[follow]\nevening = '20:00-17:00'", "follow.evening"),
        ("[follow]\nevening = ''", "follow.evening"),
        ("[follow]\nseason_first = '1-15'", "'1-15' is not a day"),
        ("[follow]\nseason_last = '02-39'", "'02-39' is not a day"),
        ("[shift]\nstart = 8", "'08:30'"),
        ("[shift]\nstart = '17:00'\nend = '08:00'", 'start "17:00" is after end "08:00"'),
        ("[shift]\nlunch_end = '10:00'", "lunch_start"),
        ("[blocks]\nmin_visits = 30", "max_visits"),
        ("[follow]\nrevisit_by_days = 3", "revisit_from_days"),
        ("[campaign]\nfinish = 2026-01-01", "finish 2026-01-01"),
        ("[paper]\nmap_url = 'http://x/{foo}'", "{station}"),
        ("[visit]\nservice_min = { household = -1 }", "visit.service_min.household"),
        ("[visit]\nservice_min = { household = nan }", "visit.service_min.household"),
        ("[visit]\nservice_min = { household = 1441 }", "visit.service_min.household"),
        ("[campaign", "TOML"),
        ("\x00", "TOML"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path, text, named):
    """Whoever mistypes a setting must not have to search for it."""
    path = tmp_path / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_settings(path)
    assert named in str(error.value)
    assert str(path) in str(error.value)


def test_a_folder_without_settings_says_how_to_make_them(tmp_path):
    """Running a command in the wrong folder is the commonest mistake."""
    with pytest.raises(SettingsError, match="zoufang init"):
        load_settings(tmp_path / "campaign.toml")


@given(st.integers(0, 24 * 60 - 1))
def test_times_of_day_survive_writing_and_reading(minute):
    """What a sheet prints as 08:30 is 08:30 when somebody types it in."""
    assert clock(clock_text(60 * minute)) == 60 * minute


def test_a_value_is_changed_in_place(tmp_path):
    """A planner's own order and comments survive what a command writes."""
    text = "# ours\n[day]\nseconds = 5\n[campaign]\n#finish = 2029-06-29\nname = 'x' # y\n"
    days = {"finish": dt.date(2028, 1, 31), "start": dt.date(2027, 1, 4)}
    assert with_values(text, "campaign", days) == (
        "# ours\n[day]\nseconds = 5\n[campaign]\nstart = 2027-01-04\nfinish = 2028-01-31\n"
        "name = 'x' # y\n"
    )
    assert with_values("", "campaign", {"seed": 2}) == "\n[campaign]\nseed = 2\n"
