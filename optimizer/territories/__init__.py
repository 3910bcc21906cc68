"""Customer to area, area to station, area to crew: who belongs where.

Outlines of the result are in `optimizer.territories.outlines`, which loads geopandas.
"""

from optimizer.territories.assign import Territories, assign
from optimizer.territories.previous import keep_previous
from optimizer.territories.suggest import suggest
from optimizer.territories.summary import Balance, OverCapacity, Summary

__all__ = [
    "Balance",
    "OverCapacity",
    "Summary",
    "Territories",
    "assign",
    "keep_previous",
    "suggest",
]
