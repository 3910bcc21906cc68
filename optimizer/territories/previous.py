"""Keeping the territories there are: the names of areas are on paper already."""

from __future__ import annotations

import pandas as pd


def keep_previous(
    customers: pd.DataFrame, areas: pd.DataFrame, previous: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers and areas as the files say, completed from the previous territories.

    Formed areas keep their names and customers, areas their stations. A customer whose file now
    names another area or station goes there; new customers are left to be assigned.

    Parameters
    ----------
    customers, areas
        As in the register.
    previous
        Customers and areas as `Territories` has them.
    """
    placed, previous_areas = previous
    formed = previous_areas[~previous_areas["area"].isin(areas["area"])]
    new = formed[["area", "station", "lon", "lat"]].assign(name=formed["area"], manager="")
    station = areas["area"].map(previous_areas.set_index("area")["station"])
    known = areas.assign(station=_filled(areas["station"], station))
    was = placed.set_index("account_no")
    area, station = (customers["account_no"].map(was[name]) for name in ("area", "station"))
    stays = (customers["station"] == "") | (customers["station"] == station)
    return (
        customers.assign(area=_filled(customers["area"], area.where(stays))),
        pd.concat([known, new.reindex(columns=known.columns)], ignore_index=True),
    )


def _filled(given: pd.Series[str], previous: pd.Series[str]) -> pd.Series[str]:
    """A column with its blanks filled from the previous one."""
    lacking = given == ""
    return given.where(~lacking, previous.fillna("")).astype("str")
