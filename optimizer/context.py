"""What a day is planned from, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    kept
        What rooms have made of it and need again, by name.
    """

    register: Register
    roads: Roads
    settings: Settings
    workdays: Path | None = None
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def is_same(self, other: CampaignContext) -> bool:
        """Whether another was made of the very same parts."""
        return (
            self.register is other.register
            and self.roads is other.roads
            and self.settings is other.settings
            and self.workdays == other.workdays
        )
