"""The disk that fails on demand (`faults.c`), compiled and put before this process."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
_LOADED = "ENDURANCE_SHIM"


def is_available() -> bool:
    """Whether it can be compiled and preloaded here."""
    return sys.platform == "linux" and shutil.which("gcc") is not None


def load() -> None:
    """Begin this program anew with the shim before the system's own calls, unless it is there."""
    if os.environ.get(_LOADED):
        return
    folder = tempfile.mkdtemp(prefix="endure-shim-")
    library = Path(folder) / "faults.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    environment = os.environ | {_LOADED: "1", "LD_PRELOAD": str(library)}
    code = subprocess.run([sys.executable, *sys.orig_argv[1:]], env=environment, check=False)
    shutil.rmtree(folder)
    raise SystemExit(code.returncode)


def arm(folder: Path, at: int, error: int = 0, *, stays: bool = False) -> None:
    """Have the n-th call below a folder fail; with `at` -1 calls are only counted."""
    _library().fault_arm(os.fsencode(folder), ctypes.c_long(at), error, int(stays))


def keep_journal(file: int) -> None:
    """Write all that is done below the folder to an open file."""
    _library().fault_journal(file)


def calls() -> int:
    """How many calls there have been since `arm`."""
    library = _library()
    library.fault_calls.restype = ctypes.c_long
    return int(library.fault_calls())


def asked() -> int:
    """How often somebody has asked the network since this process began."""
    library = _library()
    library.fault_asked.restype = ctypes.c_long
    return int(library.fault_asked())


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
