"""Everything that must hold: style, types, documentation, tests. CI runs the same.

    python3 scripts/test.py [--strict] [pytest arguments]

With `--strict` a missing browser or PDF tool is a failure and not a skip. With pytest arguments
only pytest runs: `-n 2 --hypothesis-profile explore` draws new examples instead of the same ones.
"""

from __future__ import annotations

import sys

from environment import ensure, run

LEAST_COVERED = 70
"""Per cent of the lines; the figure of the day is printed above the tests' last line."""
WHOLE = ["-n", "2", "--dist", "loadfile", "--cov", "--cov-report="]


def main(arguments: list[str]) -> None:
    """Set up, then run the linter, the type checker, the documentation's build and the tests."""
    strict = "--strict" in arguments
    chosen = [argument for argument in arguments if argument != "--strict"]
    python = ensure("test")
    if not chosen:
        run(python, "-m", "ruff", "check")
        run(python, "-m", "ruff", "format", "--check")
        run(python, "-m", "mypy")
        run(python, "-m", "mkdocs", "build", "--strict", "--quiet", NO_MKDOCS_2_WARNING="1")
    tools = {"ZOUFANG_REQUIRE_TOOLS": "1"} if strict else {}
    run(python, "-m", "pytest", *(chosen or [*WHOLE, f"--cov-fail-under={LEAST_COVERED}"]), **tools)


if __name__ == "__main__":
    main(sys.argv[1:])
