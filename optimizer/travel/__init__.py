"""Travel times over the street network: many to many, door to door, and the way itself.

`Travel(roads, settings.travel)` answers; `DoorNetwork` and `door_leg` are for kernels that price
legs one at a time.
"""

from optimizer.travel.doors import (
    DoorNetwork,
    Doors,
    door_leg,
    door_seconds,
    fill_door_matrices,
    leg,
)
from optimizer.travel.times import Matrices, Nearest, Travel

__all__ = [
    "DoorNetwork",
    "Doors",
    "Matrices",
    "Nearest",
    "Travel",
    "door_leg",
    "door_seconds",
    "fill_door_matrices",
    "leg",
]
