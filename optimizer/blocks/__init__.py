"""Crew-days for a whole station: the router of campaign size."""

from optimizer.blocks.router import (
    BlockLimits,
    Blocks,
    Doors,
    RouterParams,
    fewest_blocks,
    route_station,
)

__all__ = [
    "BlockLimits",
    "Blocks",
    "Doors",
    "RouterParams",
    "fewest_blocks",
    "route_station",
]
