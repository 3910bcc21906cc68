"""Where a motorcycle may ride, from OpenStreetMap's tags: docs/roads.md has the table.

The most specific access key decides, as OpenStreetMap has it: `motorcycle` before `motor_vehicle`
before `vehicle` before `access`. A crew calls at doors, so `destination`, `delivery`, `customers`
and the like are open; `private` and what is meant for others is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS_KEYS = ("motorcycle", "motor_vehicle", "vehicle", "access")
WAY_KEYS = (
    *("highway", "route", "area", "construction", "smoothness", "impassable"),
    *("junction", "oneway", "oneway:motorcycle", "oneway:motor_vehicle", "oneway:vehicle"),
    *ACCESS_KEYS,
    *(f"{key}:{way}" for key in ACCESS_KEYS[:3] for way in ("forward", "backward")),
)
"""All tags of a way that decide whether and which way it is ridden."""

_FORBIDDEN = frozenset({"no", "never"})
_FOR_OTHERS = frozenset(
    {"private", "military", "agricultural", "forestry", "emergency", "permit", "psv", "bus"}
    | {"taxi", "hgv", "use_sidepath", "dismount", "impassable"}
)
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})
_REVERSED = frozenset({"-1", "reverse"})
_CHANGING = frozenset({"reversible", "alternating"})
# A motorcycle rides between bollards and planters, over kerbs and grids, and opens a gate.
_BLOCKING = frozenset(
    {"block", "log", "debris", "boulder", "jersey_barrier", "concrete", "stile", "horse_stile"}
    | {"turnstile", "full-height_turnstile", "kissing_gate", "motorcycle_barrier", "cycle_barrier"}
    | {"fence", "wall", "hedge", "ditch", "city_wall", "retaining_wall", "guard_rail", "chain"}
    | {"tank_trap", "spikes", "tyres", "cable_barrier"}
)


def road_class(tags: Mapping[str, str]) -> str:
    """The `highway` value, the first of a list, links with their road; a ferry's is `ferry`."""
    if tags.get("route") == "ferry":
        return "ferry"
    return _value(tags, "highway").partition(";")[0].strip().removesuffix("_link")


def may_ride(tags: Mapping[str, str]) -> bool:
    """Whether a motorcycle may use a way, at least in one direction.

    Areas (squares), building sites and what is impassable are no roads.
    """
    if _value(tags, "area") == "yes" or _value(tags, "smoothness") == "impassable":
        return False
    if _value(tags, "impassable") == "yes":
        return False
    if _value(tags, "construction") not in ("", "no", "minor", "widening"):
        return False
    return _is_open(tags, "forward") or _is_open(tags, "backward")


def direction(tags: Mapping[str, str]) -> int:
    """1: only along the way, -1: only against it, 0: both."""
    oneway = _oneway(tags)
    if oneway == 0:
        along, against = _is_open(tags, "forward"), _is_open(tags, "backward")
        return int(along) - int(against)
    return oneway


def may_pass(tags: Mapping[str, str]) -> bool:
    """Whether a motorcycle gets past a node, such as a gate."""
    decisive = _decisive(tags, ACCESS_KEYS)
    if decisive is not None:
        return decisive
    return _value(tags, "barrier") not in _BLOCKING and _value(tags, "locked") != "yes"


def _oneway(tags: Mapping[str, str]) -> int:
    for vehicle in (":motorcycle", ":motor_vehicle", ":vehicle", ""):
        oneway = _value(tags, f"oneway{vehicle}")
        if oneway in _YES:
            return 1
        if oneway in _REVERSED:
            return -1
        if oneway in _NO:
            return 0
    implied = tags.get("junction") in ("roundabout", "circular") or road_class(tags) == "motorway"
    return 1 if implied and _value(tags, "oneway") not in _CHANGING else 0


def _is_open(tags: Mapping[str, str], way: str) -> bool:
    keys = [name for key in ACCESS_KEYS for name in (f"{key}:{way}", key)]
    return _decisive(tags, keys) is not False


def _decisive(tags: Mapping[str, str], keys: tuple[str, ...] | list[str]) -> bool | None:
    """What the most specific key that is there says; None where there is none."""
    values = (_value(tags, key) for key in keys)
    return next((_lets_in(value) for value in values if value), None)


def _lets_in(value: str) -> bool:
    """Of a list, one open word is enough (`forestry;destination`), but `no` stays no."""
    words = {word.strip() for word in value.split(";")} - {""}
    return not words & _FORBIDDEN and not words <= _FOR_OTHERS


def _value(tags: Mapping[str, str], key: str) -> str:
    return tags.get(key, "").strip().lower()
