"""Everything that must hold: style, types, tests. CI runs the same.

    python3 scripts/test.py [--strict] [pytest arguments]

With `--strict` a missing browser or PDF tool is a failure and not a skip. With pytest arguments
only pytest runs: `-n 2 --hypothesis-profile explore` draws new examples instead of the same ones.
"""

from __future__ import annotations

import sys

from environment import ensure, run


def main(arguments: list[str]) -> None:
    """Set up, then run the linter, the type checker and the tests."""
    strict = "--strict" in arguments
    chosen = [argument for argument in arguments if argument != "--strict"]
    python = ensure("test")
    if not chosen:
        run(python, "-m", "ruff", "check")
        run(python, "-m", "ruff", "format", "--check")
        run(python, "-m", "mypy")
    tools = {"ZOUFANG_REQUIRE_TOOLS": "1"} if strict else {}
    run(python, "-m", "pytest", *(chosen or ["-n", "2", "--dist", "loadfile"]), **tools)


if __name__ == "__main__":
    main(sys.argv[1:])
