"""Customers whose time windows no day of their station can keep, however empty it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.campaign.station_blocks import KeptBlocks
from optimizer.model import LAST_S
from optimizer.settings import clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.routing_task import StationJob
    from optimizer.travel import Travel

Span = tuple[int, int]


def spans(text: str) -> list[Span]:
    """Windows written as 08:30-11:00;14:00-16:00, in seconds; the whole day without any."""
    parts = [part.split("-") for part in text.split(";") if part]
    return [(clock(start.strip()), clock(end.strip())) for start, end in parts] or [(0, LAST_S)]


def never_in_time(job: StationJob, travel: Travel) -> NDArray[np.bool_]:
    """Doors (n,) that no crew can call at within their windows on a day without any other visit.

    A crew rides from the station when its shift begins, waits at the door for the window to open,
    and is back when its shift ends.
    """
    demand = job.task.demand
    never = np.zeros(len(demand.customer), dtype=bool)
    rows = np.flatnonzero((demand.windows != "") & ~job.doors.far)
    if not len(rows):
        return never
    doors, depot = travel.doors(job.doors.take(rows)), travel.doors(job.depot)
    ends_s = doors.access_s + depot.access_s[0] + travel.settings.parking_s
    there = travel.node_seconds(depot.node, doors.node)[0] + ends_s
    back = travel.node_seconds(doors.node, depot.node)[:, 0] + ends_s
    for row, ride_s, home_s in zip(rows.tolist(), there.tolist(), back.tolist(), strict=True):
        able = demand.crew_skilled | ~demand.skilled[row]
        service_s = int(demand.service_s[row])
        never[row] = not any(
            _fits(window, shift, (ride_s, service_s, home_s))
            for window in spans(demand.windows[row])
            for shift in demand.shifts[able].tolist()
        )
    return never


def _fits(window: Span, shift: list[int], day_s: tuple[int, int, int]) -> bool:
    """Whether a crew can begin in a window and be back in its shift: ride, service, ride home."""
    begin_s = max(window[0], shift[0] + day_s[0])
    return begin_s <= window[1] and begin_s + day_s[1] + day_s[2] <= shift[1]


def left_out(job: StationJob, never: NDArray[np.bool_]) -> StationJob:
    """The job without some doors: as far from any road, and gone from the blocks that are kept."""
    doors = job.doors._replace(far=job.doors.far | never)
    kept = job.task.kept
    if kept is not None:
        block = kept.blocks.block
        changed = kept.changed.copy()
        changed[block[never & (block >= 0)]] = True
        kept = KeptBlocks(replace(kept.blocks, block=np.where(never, -1, block)), changed)
    return replace(job, doors=doors, task=replace(job.task, kept=kept))
