"""How far a campaign is: visited and planned by station, by area, and day after day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.register.agenda import TO_VISIT

if TYPE_CHECKING:
    from optimizer.register import Register
    from optimizer.reports.period import Period


def _to_visit(accounts: pd.DataFrame) -> pd.DataFrame:
    """Who was visited or still is to be: not who left, moved or was listed twice, unvisited."""
    return accounts[accounts["state"].isin(["visited", *TO_VISIT])]


def station_coverage(
    register: Register, accounts: pd.DataFrame, blocks: pd.DataFrame, period: Period
) -> pd.DataFrame:
    """Stations of a `Bulletin`."""
    listed = _to_visit(accounts)
    groups = listed.groupby("station")
    table = pd.DataFrame({"accounts": groups.size()})
    for column, last in (("visited", period.last), ("visited_before", period.before.last)):
        done = listed[(listed["visited_on"] != "") & (listed["visited_on"] <= last.isoformat())]
        table[column] = done.groupby("station").size()
    for column, span in (("planned", period), ("planned_before", period.before)):
        dates = blocks["date"]
        inside = (dates >= span.first.isoformat()) & (dates <= span.last.isoformat())
        table[column] = blocks[inside].groupby("station")["visits"].sum()
    names = register.stations().set_index("station")["name"]
    every = table.index.union(names.index)
    table = table.reindex(every).fillna(0).astype(np.int64)
    table.insert(0, "name", names.reindex(every).fillna("").astype("str"))
    return table.rename_axis("station").reset_index()


def area_coverage(register: Register, accounts: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Areas of a `Bulletin`."""
    listed = _to_visit(accounts)
    done = (listed["visited_on"] != "") & (listed["visited_on"] <= period.last.isoformat())
    table = listed.assign(visited=done).groupby("area")["visited"].agg(["size", "sum"])
    table = table.set_axis(["accounts", "visited"], axis=1).astype(np.int64)
    _, placed = register.territories()
    given = register.areas()
    places = pd.concat([placed[["area", "lon", "lat"]], given[["area", "lon", "lat"]]])
    places = places.dropna().drop_duplicates("area").set_index("area")
    return table.join(places, how="left").rename_axis("area").reset_index()


def course_of_coverage(accounts: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """The course of a `Bulletin`."""
    listed = _to_visit(accounts)
    days = listed.loc[listed["visited_on"] != "", "visited_on"]
    table = pd.DataFrame(
        {
            "visited": days.groupby(days).size(),
            "planned": blocks.groupby("date")["visits"].sum(),
        }
    )
    table = table.fillna(0).astype(np.int64).sort_index().cumsum()
    return table.rename_axis("date").reset_index()
