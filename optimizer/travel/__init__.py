"""Travel times over the street network: many to many, door to door, and the way itself.

`Travel(roads, settings.travel)` answers; `door_seconds` and `Doors` are for kernels that price
legs one at a time.
"""

from optimizer.travel.doors import Doors, door_seconds, fill_door_matrices, leg
from optimizer.travel.times import Matrices, Nearest, Travel

__all__ = ["Doors", "Matrices", "Nearest", "Travel", "door_seconds", "fill_door_matrices", "leg"]
