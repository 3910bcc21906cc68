"""Make the locks in `scripts/locks` anew from pyproject.toml; needs `uv`.

python3 scripts/lock.py
"""

from __future__ import annotations

import subprocess

from environment import LOCKS, ROOT

COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
FORMAT = ["--generate-hashes", "--upgrade", "--no-header", "--no-annotate"]
BUILD = "setuptools>=77\n"  # what `pip install --no-build-isolation` needs to be there


def main() -> None:
    """Compile the locks; that of the tests keeps the versions of the program's."""
    runtime, test = LOCKS / "runtime.txt", LOCKS / "test.txt"
    _compile("uv\n", "-", "-o", LOCKS / "installer.txt")
    _compile(BUILD, "pyproject.toml", "-", "-o", runtime)
    _compile(BUILD, "pyproject.toml", "-", "--extra", "test", "-c", runtime, "-o", test)


def _compile(wanted: str, *arguments: object) -> None:
    command = [*COMPILE, *FORMAT, *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, input=wanted, text=True)


if __name__ == "__main__":
    main()
