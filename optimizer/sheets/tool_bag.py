"""The tool bag: what a day's visits call for, counted from the tables of the settings."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import Visit
    from optimizer.settings import PaperSettings


def tool_bag(visits: Sequence[Visit], paper: PaperSettings) -> list[tuple[str, int]]:
    """Names of things and how many of each, forms and cards last, each rounded up."""
    things: Counter[str] = Counter()
    things.update(paper.bag_always)
    for visit in visits:
        for category in visit.finding.split(";"):
            things.update(paper.bag_per_finding.get(category, {}))
    things.update({name: each * len(visits) for name, each in paper.bag_per_visit.items()})
    counted = [(name, math.ceil(count - 1e-9)) for name, count in things.items() if count > 0]
    return sorted(counted, key=lambda thing: thing[0] in PAPERS)


PAPERS = ("opinion_form", "contact_card", "note")
"""Things that are printed, not bought."""
