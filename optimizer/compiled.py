"""How inner functions are compiled: once, kept on disk, forgotten when any of them changes.

Functions that get arrays, make none and return numbers do without numba's counting of references:
its atomic instructions at every array of every call cost three times as much as the work itself.

numba forgets a function on disk when the function's own file changes, but what it calls is compiled
into it. So here the date of a function is that of the newest file that any of them comes from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numba import njit  # noqa: TID251

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMS = ("search", "travel", "territories", "blocks", "campaign", "routes")
"""Whose functions are compiled, and compiled into each other."""
_Function = TypeVar("_Function", bound="Callable[..., Any]")


def compiled(function: _Function) -> _Function:
    """For functions that make no arrays; they run beside Python's threads."""
    return _compile(function, _nrt=False, nogil=True)


def inlined(function: _Function) -> _Function:
    """The same for what is called millions of times: copied to where it is called."""
    return _compile(function, _nrt=False, forceinline=True)


def allocating(function: _Function) -> _Function:
    """For functions that make arrays."""
    return _compile(function)


def _compile(function: _Function, **options: Any) -> _Function:  # noqa: ANN401  (numba's own)
    machine_code: Any = njit(cache=True, **options)(function)
    kept = getattr(getattr(machine_code, "_cache", None), "_cache_file", None)
    if kept is not None:
        kept._source_stamp = newest_source()  # noqa: SLF001  (there is no public way)
    return cast("_Function", machine_code)


@cache
def newest_source() -> tuple[float, int]:
    """When the newest file of compiled code was changed, and how large all of them are."""
    here = Path(__file__).resolve().parent
    stats = [path.stat() for name in ROOMS for path in sorted((here / name).rglob("*.py"))]
    return max(stat.st_mtime for stat in stats), sum(stat.st_size for stat in stats)
