"""The README can fail: its reference is the code's, its commands run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_reference_is_that_of_the_code():
    """A command, setting, column, rule or reason that is not documented does not exist."""
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr


def readme_commands():
    """Every command line of the README's `sh` blocks."""
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL):
        yield from (line for line in block.splitlines() if line.startswith("zoufang "))


def test_the_commands_of_the_readme_run_in_their_order(tmp_path):
    """Who copies a line from the README must not be the first to try it."""
    ran = 0
    for line in readme_commands():
        done = subprocess.run(
            [sys.executable, "-m", "optimizer", *shlex.split(line, comments=True)[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        ran += 1
    assert ran >= 5
    assert list(tmp_path.rglob("*.pdf"))
    assert list(tmp_path.rglob("*.html"))


def test_files_that_the_readme_points_to_are_there():
    """A dead link in the README is the first thing that a stranger finds."""
    for page in ("README.md", "README.zh.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        targets = re.findall(r"\]\(([^)#:]+)\)", text)
        missing = [target for target in targets if not (ROOT / target).exists()]
        assert not missing, f"{page}: {missing}"
