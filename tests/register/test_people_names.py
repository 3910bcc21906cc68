"""Stations and crews by the names that people give them."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer.register.people_names import PeopleNames

NAMES = PeopleNames(
    pd.DataFrame(
        {"station": ["S01", "S02", "S03"], "name": ["泗汾供电所", "白兔潭所", "城区供电所"]}
    ),
    pd.DataFrame(
        {
            "crew": ["S01-1", "S01-2", "S02-1", "S02-12"],
            "station": ["S01", "S01", "S02", "S02"],
            "member1": ["张三", "李四", "王五", "赵六"],
            "member2": ["孙七", "", "张三", ""],
        }
    ),
)


@pytest.mark.parametrize(
    ("text", "station"),
    [
        ("S01", "S01"),
        ("泗汾供电所", "S01"),
        ("泗汾", "S01"),
        (" 泗汾 所", "S01"),
        ("白兔潭供电所", "S02"),
        ("ｓ０２", "S02"),
        ("醴陵", "醴陵"),
        ("", ""),
    ],
)
def test_a_station_is_meant_by_its_name_short_or_long(text, station):
    """What names none stays as it is, for a sentence that tells it."""
    assert NAMES.station(text) == station


@pytest.mark.parametrize(
    ("text", "station", "crew"),
    [
        ("S01-2", "", "S01-2"),
        ("2组", "S01", "S01-2"),
        ("第二组", "S01", "S01-2"),
        ("1", "S02", "S02-1"),
        ("12组", "S02", "S02-12"),
        ("1组", "", "1组"),
        ("张三", "S01", "S01-1"),
        ("张三", "", "张三"),
        ("孙七、张三", "", "S01-1"),
        ("赵六", "", "S02-12"),
        ("没有这个人", "S01", "没有这个人"),
    ],
)
def test_a_crew_is_meant_by_its_number_or_a_member_where_it_is_one(text, station, crew):
    """张三 is in two crews: without a station nobody may guess which."""
    assert NAMES.crew(text, station) == crew
