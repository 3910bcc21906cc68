"""The house itself: one direction of imports, nothing heavy before it is needed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import optimizer
from optimizer import compiled

PACKAGE = Path(optimizer.__file__).parent
PAGE = PACKAGE.parent / "docs" / "architecture.md"


def order_of_rooms() -> list[str]:
    """The rooms in the order of the architecture page's table."""
    section = PAGE.read_text(encoding="utf-8").split("## The order of rooms")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)


ORDER = order_of_rooms()
FACES = ["cli", "web"]


def rooms_imported(path: Path) -> set[str]:
    """The rooms of the package that a file imports."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            names = [alias.name for alias in node.names] if len(parts) == 1 else [parts[1]]
            rooms |= set(names) if parts[0] == "optimizer" else set()
    return rooms


def test_rooms_import_only_what_stands_above_them():
    """A line is readable, a knot is not: the architecture page has the order of the rooms."""
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        assert room in ORDER, f"{room} has no place in the order of the rooms"
        above = ORDER[: ORDER.index(room) + 1]
        wrong += [f"{path.name} imports {other}" for other in rooms_imported(path) - {*above}]
    assert not wrong


def test_faces_ask_the_desk_alone():
    """What more than one face needs must not grow in one of them."""
    below = {"desk", "catalogue", "errors", "model", "settings"}
    below |= {"compiled"}  # to tell who waits for machine code
    below |= {"web"}  # which a command starts
    wrong = []
    for face in FACES:
        for path in (PACKAGE / face).rglob("*.py"):
            others = rooms_imported(path) - {face, *below}
            wrong += [f"{face}/{path.name} imports {other}" for other in sorted(others)]
    assert not wrong


@pytest.mark.parametrize("room", ["sheets", "maps", "reports"])
def test_paper_phones_and_reports_stand_beside_each_other(room):
    """What two of them need is a thing of its own, and has a room of its own."""
    sisters = {"sheets", "maps", "reports"} - {room}
    imported = [rooms_imported(path) for path in (PACKAGE / room).rglob("*.py")]
    assert imported
    assert not sisters & set().union(*imported)


def test_the_architecture_page_names_every_room_once():
    """Who looks for a thing goes by the page's table; a room that is gone misleads."""
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if is_room(path)}
    assert len(ORDER) == len(set(ORDER))
    assert set(ORDER) == rooms


def is_room(path: Path) -> bool:
    """Whether a path of the package is a module or a folder of modules."""
    return (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()


def test_help_answers_before_anything_heavy_is_loaded():
    """A chief who asks for help must not wait for a solver to load."""
    heavy = ["ortools", "numba", "pandas", "osmnx", "folium", "typst", "geopandas"]
    code = (
        "import sys; from optimizer.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stderr.strip() == "[]"
    assert "import" in done.stdout
    assert time.monotonic() - begin < 5


def test_machine_code_is_forgotten_when_anything_in_it_changes():
    """Compiled functions hold copies of what they call: after an upgrade none may be old."""
    rooms = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if "optimizer.compiled" in path.read_text(encoding="utf-8")
    }
    assert rooms == set(compiled.ROOMS)
    users = [p for p in PACKAGE.rglob("*.py") if "njit" in p.read_text(encoding="utf-8")]
    assert users == [PACKAGE / "compiled.py"]


def test_a_question_loads_no_solver_and_no_map(zoufang, tmp_path):
    """A clerk's evening has hundreds of commands: each must begin at once."""
    heavy = [
        "ortools",
        "numba",
        "scipy",
        "osmnx",
        "osmium",
        "geopandas",
        "shapely",
        "folium",
        "typst",
    ]
    assert zoufang("init", tmp_path / "c")[0] == 0
    for command in (["status"], ["finding"], ["record", "--text", "{}"], ["settle"], ["breaches"]):
        code = (
            "import sys; from optimizer.cli import main\n"
            f"sys.argv = {['zoufang', *command, '-C', str(tmp_path / 'c')]}\n"
            "try: main()\nexcept SystemExit: pass\n"
            f"print([m for m in {heavy} if m in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
        )
        assert done.stdout.splitlines()[-1] == "[]", command


def test_asking_where_a_visit_fits_loads_no_ortools():
    """A chief on the telephone asks where a customer fits: nothing is solved for that."""
    code = (
        "import sys; from optimizer.dayplan import where_to_fit\n"
        "heavy = ['ortools', 'folium', 'typst', 'geopandas', 'osmnx', 'osmium']\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "[]"
