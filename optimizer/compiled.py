"""How inner functions are compiled: once, kept on disk, forgotten when any of them changes.

Functions that get arrays, make none and return numbers do without numba's counting of references:
its atomic instructions at every array of every call cost three times as much as the work itself.

numba forgets a function on disk when the function's own file changes, but what it calls is compiled
into it. So here the date of a function is that of the newest file that any of them comes from.

Compiling takes tens of seconds where nothing is on disk yet. Whoever waits is told so, once: by the
logger "zoufang", and by what `when_compiling` was given. `optimizer.warm_up` compiles ahead.
"""

from __future__ import annotations

import logging
from functools import cache, wraps
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMS = ("search", "travel", "territories", "blocks", "campaign", "routes")
"""Whose functions are compiled, and compiled into each other."""
_Function = TypeVar("_Function", bound="Callable[..., Any]")
_hooks: list[Callable[[], None]] = []


def compiled(function: _Function) -> _Function:
    """For functions that make no arrays; they run beside Python's threads."""
    return _compile(function, _nrt=False, nogil=True)


def inlined(function: _Function) -> _Function:
    """The same for what is called millions of times: copied to where it is called."""
    return _compile(function, _nrt=False, forceinline=True)


def allocating(function: _Function) -> _Function:
    """For functions that make arrays."""
    return _compile(function)


def when_compiling(hook: Callable[[], None]) -> None:
    """Have `hook`, and no other, called once before the first function is compiled here."""
    _hooks[:] = [hook]


def is_compiled(function: Callable[..., Any]) -> bool:
    """Whether machine code of a function's present source is on disk; reads one small file."""
    kept = getattr(getattr(function, "_cache", None), "_cache_file", None)
    return kept is None or bool(kept._load_index())  # noqa: SLF001  (there is no public way)


@cache
def tell_of_compiling() -> None:
    """Tell that machine code is being made; later calls are silent."""
    logging.getLogger("zoufang").info(
        "machine code for this kind of planning is being made, once: up to a minute"
    )
    for hook in _hooks:
        hook()


def _compile(function: _Function, **options: Any) -> _Function:  # noqa: ANN401  (numba's own)
    from numba import njit  # noqa: PLC0415, TID251  (a command line that only listens loads none)

    try:
        machine_code: Any = njit(cache=True, **options)(function)
    except RuntimeError:  # neither beside the source nor at home can anything be kept
        machine_code = njit(**options)(function)
    on_disk: Any = getattr(machine_code, "_cache", None)
    file = getattr(on_disk, "_cache_file", None)
    if file is not None:
        file._source_stamp = newest_source()  # noqa: SLF001  (there is no public way)
        file._load_index = _forgetting(file._load_index)  # noqa: SLF001
        on_disk.load_overload = _telling(on_disk.load_overload)
    return cast("_Function", machine_code)


def _forgetting(load: Callable[[], dict[Any, Any]]) -> Callable[[], dict[Any, Any]]:
    """The same index, empty where it names types that are gone: numba finds its date only then."""

    def read() -> dict[Any, Any]:
        try:
            return load()
        except (AttributeError, ImportError, EOFError, UnpicklingError):
            return {}

    return read


def _telling(load: Callable[..., Any]) -> Callable[..., Any]:
    """The same look for machine code on disk, telling where there is none: numba makes it then."""

    @wraps(load)
    def look(*arguments: Any) -> Any:  # noqa: ANN401  (numba's own)
        found = load(*arguments)
        if found is None:
            tell_of_compiling()
        return found

    return look


@cache
def newest_source() -> tuple[float, int]:
    """When the newest file of compiled code was changed, and how large all of them are."""
    here = Path(__file__).resolve().parent
    stats = [path.stat() for name in ROOMS for path in sorted((here / name).rglob("*.py"))]
    return max(stat.st_mtime for stat in stats), sum(stat.st_size for stat in stats)
