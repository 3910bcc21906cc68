"""`optimizer.compiled`, `optimizer.warm_up`: who waits for the compiler is told, or need not."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numba  # noqa: TID251  (for its version)

import optimizer
from optimizer import compiled

PACKAGE = Path(optimizer.__file__).parent
SCRIPT = """
import logging, sys
from optimizer import compiled
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s")
compiled.when_compiling(lambda: print("told"))
from optimizer.search.rng import below, new_rng, uniform
print(compiled.is_compiled(below))
uniform(new_rng(1)), below(new_rng(1), 3)
print(compiled.is_compiled(below))
"""


def run_with_cache(folder: Path) -> list[str]:
    """What the script says where machine code is kept in a folder of its own."""
    env = os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, env=env
    )
    return done.stdout.split()


def test_the_first_call_tells_that_it_compiles_and_later_ones_do_not(tmp_path):
    """Half a minute of silence looks like a hang; the same sentence every day is noise."""
    assert run_with_cache(tmp_path) == ["False", "zoufang", "told", "True"]
    assert run_with_cache(tmp_path) == ["True", "True"]


def test_machine_code_of_types_that_are_gone_is_forgotten(tmp_path):
    """After an upgrade that renames a type, what is on disk cannot even be read."""
    run_with_cache(tmp_path)
    (index,) = tmp_path.rglob("*below*.nbi")
    gone = pickle.dumps(numba.__version__) + b"coptimizer.search.rng\nNoSuchType\n."
    index.write_bytes(gone)
    assert run_with_cache(tmp_path) == ["False", "zoufang", "told", "True"]


def test_where_nothing_can_be_kept_machine_code_is_made_all_the_same(monkeypatch):
    """A read-only installation under an account without a home is slow, and no failure."""
    caching = import_module("numba.core.caching")
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])

    @compiled.compiled
    def twice(number):
        return 2 * number

    assert twice(21) == 42


def test_warming_up_leaves_nothing_to_compile():
    """What set-up compiled nobody waits for, whichever room it is in."""
    from optimizer.warm_up import compile_all  # noqa: PLC0415  (loads everything)

    compile_all()
    left = [
        f"{module}.{name}"
        for module in planning_modules()
        for name, one in vars(import_module(module)).items()
        if getattr(one, "__module__", "") == module and not compiled.is_compiled(one)
    ]
    assert not left


def planning_modules() -> list[str]:
    """Modules of the rooms that compile."""
    paths = [path for room in compiled.ROOMS for path in (PACKAGE / room).rglob("*.py")]
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in paths]
    return [name for name in names if "__init__" not in name]
