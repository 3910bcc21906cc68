"""The pages can fail: the reference is the code's, commands run, names lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from optimizer import Campaign

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LONGEST_README = 6000


def page(name: str) -> str:
    """A page's text; names are from the repository's root."""
    return (ROOT / name).read_text(encoding="utf-8")


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


def commands_of(name: str):
    """Every command line of a page's `sh` blocks."""
    for block in re.findall(r"```sh\n(.*?)```", page(name), flags=re.DOTALL):
        yield from (line for line in block.splitlines() if line.startswith("zoufang "))


def run_commands(lines, folder: Path) -> int:
    """How many lines ran, each without an error."""
    ran = 0
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", "optimizer", *shlex.split(line, comments=True)[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
            env=os.environ | {"ZOUFANG_TODAY": evening_of(line)},
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        ran += 1
    return ran


def evening_of(line: str) -> str:
    """The day on which a line is typed: records only when the day that they are of has come."""
    of = re.search(r" record .*--date (\S+)", line)
    return of[1] if of else os.environ["ZOUFANG_TODAY"]


def filled(line: str, places: dict[str, str]) -> str:
    """A command line with the words in capitals replaced by what is there."""
    for word, value in places.items():
        line = re.sub(rf"\b{word}\b", value, line)
    return line


def places_of(folder: Path) -> dict[str, str]:
    """A printed day of a campaign: STATION, DAY, CREW, and an ACCOUNT that is not in it."""
    day = next((folder / "out").glob("*/S*"))
    with Campaign(folder) as county:
        plan = county.day_plan(day.name, day.parent.name)
        customers = county.register.customers(day.name).dropna(subset=["lon"])
        planned = {stop.visit_id.split("-")[1] for route in plan.routes for stop in route.stops}
        others = set(customers["account_no"]) - planned
        crew = plan.routes[0].crew_id
    places = {"STATION": day.name, "DAY": day.parent.name, "CREW": crew}
    return places | {"ACCOUNT": min(others)}


def test_the_commands_of_the_readme_run_in_their_order(tmp_path, monkeypatch):
    """Who copies a line from README or guide must not be the first to try it."""
    assert run_commands(commands_of("README.md"), tmp_path) >= 5
    assert list(tmp_path.rglob("*.pdf"))
    assert list(tmp_path.rglob("*.html"))
    places = places_of(tmp_path / "county")
    assert run_commands((filled(line, places) for line in commands_of("docs/guide.md")), tmp_path)
    assert list((tmp_path / "county" / "out").rglob("*.xlsx"))
    monkeypatch.chdir(tmp_path)
    (script,) = re.findall(r"```python\n(.*?)```", page("README.md"), flags=re.DOTALL)
    exec(compile(script, "README.md", "exec"), {})  # noqa: S102


def test_files_that_the_readme_points_to_are_there():
    """A dead link in the README is the first thing that a stranger finds."""
    for name in ("README.md", "README.zh.md", "CONTRIBUTING.md"):
        targets = re.findall(r"\]\(([^)#:]+)\)", page(name))
        missing = [target for target in targets if not (ROOT / target).exists()]
        assert not missing, f"{name}: {missing}"


def test_the_readme_is_read_to_its_end():
    """A first page that is longer than a few minutes is a second page."""
    for name in ("README.md", "README.zh.md"):
        assert len(page(name).encode()) <= LONGEST_README, name


def test_files_that_the_pages_name_are_there():
    """Who follows a visit through the code must not stand before a file that has moved."""
    named = {
        name
        for path in DOCS.glob("*.md")
        for name in re.findall(
            r"`((?:optimizer|scripts|tests)/[\w/]+\.\w+)", path.read_text("utf-8")
        )
    }
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]


def test_one_visit_is_followed_through_eight_files():
    """A newcomer sees the whole way from the customer file to the sheet without getting lost."""
    walk = page("docs/architecture.md").split("## One visit")[1].split("\n## ")[0]
    steps = re.findall(r"(?ms)^\d\. `optimizer/([\w/]+\.py)`: .*?`(\w+)`", walk)
    assert len(steps) == 8
    for path, function in steps:
        assert f"def {function}(" in page(f"optimizer/{path}"), f"{path}: {function}"


def test_every_promise_has_its_test():
    """A promise that nothing holds is a hope."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page("docs/promises.md"))
    assert len(named) > 15
    for path, test in named:
        assert f"def {test}(" in page(path), f"{path}: {test}"


def test_a_changed_version_is_told_everywhere():
    """Package, changelog and citation must not name three releases."""
    (version,) = re.findall(r'^version = "(.*)"', page("pyproject.toml"), flags=re.MULTILINE)
    (latest, *_) = re.findall(r"^## ([\d.]+)", page("CHANGELOG.md"), flags=re.MULTILINE)
    (cited,) = re.findall(r"^version: (.*)", page("CITATION.cff"), flags=re.MULTILINE)
    assert version == latest == cited
