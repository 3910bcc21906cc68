"""What is wrong with a document, what of it is passed over, and the properties that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.catalogue import Message
from optimizer.errors import ProblemError
from optimizer.model import LAST_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.catalogue import Lang

    Json = Mapping[str, Any]

_MOST_SHOWN = 50
_NOTHING: tuple[object, ...] = (0, [], [0], {})
"""Values that change nothing, whatever they are about."""


class Properties(NamedTuple):
    """Of one kind of object: what is read, what may stand there, what changes the plan unread."""

    read: frozenset[str]
    refused: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = Properties(_names("jobs vehicles matrices matrix"), _names("shipments"))
JOB = Properties(
    _names(
        "id description location_index location setup service delivery amount skills priority "
        "time_windows"
    ),
    _names("pickup setup_per_type service_per_type"),
)
VEHICLE = Properties(
    _names(
        "id description profile start_index end_index start end capacity skills time_window "
        "breaks speed_factor max_tasks max_travel_time costs steps"
    ),
    _names("max_distance type"),
)
BREAK = Properties(_names("id description service time_windows"), _names("max_load"))
COSTS = Properties(_names("fixed per_hour"), _names("per_km per_task_hour"))
MATRIX = Properties(_names("durations distances"), _names("costs"))
STEP = Properties(
    _names("type id job service_at"),
    _names("service_after service_before"),
    # an answer's steps carry their times
    _names(
        "arrival description distance duration load location location_index service setup "
        "violations waiting_time"
    ),
)


class _Lines(Message):
    """Messages, each on a line of its own."""

    def __init__(self, lines: Sequence[Message]) -> None:
        super().__init__("vroom.faults")
        self._lines = lines

    def in_words(self, lang: Lang) -> str:
        """All lines."""
        return "\n".join(line.in_words(lang) for line in self._lines)


class Faults:
    """Everything that is wrong with a document, with its place.

    Attributes
    ----------
    found
        Faults: the document is refused.
    passed_over
        Properties that VROOM's documentation does not know: told, and left unread.
    """

    def __init__(self) -> None:
        self.found: list[Message] = []
        self.passed_over: list[Message] = []

    def add(self, place: str, code: str, **facts: object) -> None:
        """Note a fault by its code in the catalogue's `vroom` table."""
        problem = Message(f"vroom.{code}", **facts)
        self.found.append(Message("vroom.at", place=place, problem=problem))

    def known(self, place: str, given: object, properties: Properties) -> bool:
        """Whether something is an object; what it may not say is a fault, the rest is told."""
        if not isinstance(given, dict):
            self.add(place, "no_object")
            return False
        for name, value in given.items():
            if name in properties.refused and value not in _NOTHING:
                self.add(f"{place}.{name}", "unsupported")
            elif name not in properties.read | properties.refused | properties.silent:
                what = Message("vroom.passed_over")
                self.passed_over.append(Message("vroom.at", place=f"{place}.{name}", problem=what))
        return True

    def whole(self, place: str, given: Json, name: str, default: int = 0) -> int:
        """A whole number that is not negative, nor too large to reckon with."""
        value = given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_S:
            self.add(f"{place}.{name}", "no_whole", value=repr(value), most=LAST_S)
            return default
        return value

    def raise_all(self) -> None:
        """Refuse the document if anything is wrong."""
        if self.found:
            lines = self.found[:_MOST_SHOWN]
            more = len(self.found) - len(lines)
            if more:
                lines = [*lines, Message("vroom.more", count=more)]
            raise ProblemError("vroom.refused", faults=_Lines(lines))


def without_nulls(given: Any, depth: int = 8) -> Any:  # noqa: ANN401  (any JSON)
    """The same with properties left out that are null: to VROOM they are absent."""
    if depth == 0:
        return given
    if isinstance(given, dict):
        return {
            key: without_nulls(value, depth - 1)
            for key, value in given.items()
            if value is not None
        }
    if isinstance(given, list) and given and isinstance(given[0], dict):
        return [without_nulls(one, depth - 1) for one in given]
    return given


def list_of(given: Json, name: str) -> list[Any]:
    """A list of objects, or nothing."""
    value = given.get(name, [])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def is_span(span: object) -> bool:
    """Whether something is two whole numbers."""
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(isinstance(time, int) and not isinstance(time, bool) for time in span)
    )
