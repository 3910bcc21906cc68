"""Which villages a route goes to, read from its addresses."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from optimizer.catalogue.escaping import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import Visit

_VILLAGE = re.compile(r"(?:.*?(?:镇|乡|街道|开发区))?(.{1,10}?(?:村|社区|居委会|居))(?=\d|$|.)")


def villages(visits: Sequence[Visit], most: int = 3) -> str:
    """The villages that a route goes to, where it has most stops first."""
    names = Counter(village(visit) for visit in visits)
    return " ".join(name for name, _ in names.most_common(most) if name)


def village(visit: Visit) -> str:
    """The village in an address, else the transformer area."""
    found = _VILLAGE.match(clean(visit.address, 80))
    return found[1] if found else clean(visit.area, 20)
