"""How even the calendar of a planned campaign is, crew by crew and month by month.

    python scripts/benchmarks/pulse.py CAMPAIGN [CAMPAIGN ...]

Prints a line a campaign: crews of stations with three crews or more, the latest first day out, the
longest gap of a crew, the worst month of a station off its mean (crew-days a working day, from the
month of its last block on aside), and the areas whose first visits lie within three weeks of
working days, a tenth of their doors aside.
"""

from __future__ import annotations

import datetime as dt
import sys
from itertools import pairwise

import numpy as np
import pandas as pd

from optimizer.desk import Campaign
from optimizer.workdays import working_days

SPAN = 15
"""Working days of a stretch, first to last."""


def main() -> None:
    """Measure the campaigns that are named."""
    for path in sys.argv[1:]:
        with Campaign(path) as campaign:
            print(path, *(f"{name} {value}" for name, value in pulse(campaign).items()), sep="  ")


def pulse(campaign: Campaign) -> dict[str, str]:
    """The figures of a campaign's calendar."""
    span, register = campaign.settings.campaign, campaign.register
    blocks, crews = register.blocks(), register.crews()
    days = working_days(span.start, span.finish, campaign.workdays)
    worked = [day.date() for day in days.loc[days["working"], "date"]]
    size = crews.groupby("station")["crew"].nunique()
    large = set(size.index[size >= 3])
    out = {
        str(crew): sorted(map(dt.date.fromisoformat, some["date"]))
        for crew, some in blocks[blocks["station"].isin(large)].groupby("crew")
    }
    first = [(some[0] - worked[0]).days for some in out.values()]
    gaps = [max([(b - a).days for a, b in pairwise(some)], default=0) for some in out.values()]
    uneven = [_uneven(some["date"], worked) for name, some in blocks.groupby("station")
              if name in large]  # fmt: skip
    return {
        "crews": str(len(out)),
        "first out": f"{max(first)} days, {np.mean(np.array(first) > 61):.0%} late",
        "gap": f"{max(gaps)} days, median {np.median(gaps):.0f}, {np.mean(np.array(gaps) > 56):.0%}"
        " over 56",
        "month": f"{max(uneven):.0%} worst, median {np.median(uneven):.0%}",
        "areas": f"{_areas(campaign, worked):.0%} within three weeks",
    }


def _uneven(dates: pd.Series[str], worked: list[dt.date]) -> float:
    """The worst month of a station off its mean."""
    months = pd.Series([f"{day:%Y-%m}" for day in worked]).value_counts().sort_index()
    months = months[months.index < dates.max()[:7]][:-1]
    rates = dates.str[:7].value_counts().reindex(months.index, fill_value=0) / months
    return float((rates / rates.mean() - 1).abs().max())


def _areas(campaign: Campaign, worked: list[dt.date]) -> float:
    """The share of areas whose visits lie within one stretch."""
    place = {day.isoformat(): number for number, day in enumerate(worked)}
    placed, _ = campaign.register.territories()
    visits = campaign.register.block_visits().merge(placed[["account_no", "area"]])
    whole = []
    for _, days in visits["date"].map(place).dropna().groupby(visits["area"]):
        near = days.to_numpy()
        most = max(((near >= d) & (near <= d + SPAN)).sum() for d in np.unique(near))
        whole.append(most >= 0.9 * len(near))
    return float(np.mean(whole))


if __name__ == "__main__":
    main()
