"""Territories that stay what they were: the names of areas are on paper already."""

from __future__ import annotations

import pandas as pd


def as_previously(
    customers: pd.DataFrame, areas: pd.DataFrame, former: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the files say, completed by what the former territories made of them.

    Formed areas keep their names and their customers, areas their stations; whoever has another
    area or station by now goes there, and newcomers are left to be placed.

    Parameters
    ----------
    customers, areas
        As in the register.
    former
        Customers and areas as `Territories` has them.
    """
    placed, drawn = former
    formed = drawn[~drawn["area"].isin(areas["area"])]
    new = formed[["area", "station", "lon", "lat"]].assign(name=formed["area"], manager="")
    station = areas["area"].map(drawn.set_index("area")["station"])
    known = areas.assign(station=_filled(areas["station"], station))
    was = placed.set_index("account_no")
    area, station = (customers["account_no"].map(was[name]) for name in ("area", "station"))
    stays = (customers["station"] == "") | (customers["station"] == station)
    return (
        customers.assign(area=_filled(customers["area"], area.where(stays))),
        pd.concat([known, new.reindex(columns=known.columns)], ignore_index=True),
    )


def _filled(given: pd.Series[str], former: pd.Series[str]) -> pd.Series[str]:
    """A column with what it lacks taken from what was."""
    lacking = given == ""
    return given.where(~lacking, former.fillna("")).astype("str")
