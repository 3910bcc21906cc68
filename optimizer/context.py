"""What a day is planned from, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings


@dataclass(frozen=True, slots=True)
class CampaignContext:
    """What everybody has to know of a campaign.

    Attributes
    ----------
    workdays
        The campaign's own working days; those of the country without them.
    """

    register: Register
    roads: Roads
    settings: Settings
    workdays: Path | None = None
