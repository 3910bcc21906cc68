"""What a planner uploads, customer files and roads: each is looked at before it is taken."""

from __future__ import annotations

import pathlib
import re
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from optimizer.desk import Person
from optimizer.errors import CampaignError
from optimizer.web.pages import lang_of, note, page, served_of
from optimizer.web.rights import may
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from optimizer.desk import ImportPreview

router = APIRouter(prefix="/county")
Changer = Annotated[Person, Depends(may("change the county"))]
TABLES: Final = ("stations", "areas", "customers", "crews", "leave")
ROADS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".graphml")
_UPLOAD: Final = re.compile(r"[0-9a-f]{16}")
MOST_FAULTS: Final = 200
KEPT_S: Final = 86_400
"""What was looked at and not taken is forgotten after a day: it holds personal data."""


@router.post("/import")
def upload(
    request: Request,
    _: Changer,
    stations: Annotated[UploadFile | None, File()] = None,
    areas: Annotated[UploadFile | None, File()] = None,
    customers: Annotated[UploadFile | None, File()] = None,
    crews: Annotated[UploadFile | None, File()] = None,
    leave: Annotated[UploadFile | None, File()] = None,
    datum: Annotated[Literal["wgs84", "gcj02", "bd09"], Form()] = "wgs84",
) -> Response:
    """Files are looked at: what is wrong in them, or what they would change. Nothing is stored."""
    given = (stations, areas, customers, crews, leave)
    named = {
        table: file for table, file in zip(TABLES, given, strict=True) if file and file.filename
    }
    if not named:
        raise CampaignError("import.no_file")
    name, folder = _new_folder(request)
    paths = {table: folder / f"{table}{_ending(file)}" for table, file in named.items()}
    for table, file in named.items():
        _keep(file, paths[table])
    seen: ImportPreview = _do(request, "preview_import", paths, datum)
    note(request, "import_seen", "", ", ".join(str(file.filename) for file in named.values()))
    facts = {
        "seen": seen,
        "upload": name,
        "datum": datum,
        "faults": seen.faults[:MOST_FAULTS],
        "count": len(seen.faults),
    }
    return page(request, "import_preview.html", facts)


@router.post("/import/{upload}")
def take(
    request: Request,
    upload: str,
    _: Changer,
    datum: Annotated[Literal["wgs84", "gcj02", "bd09"], Form()] = "wgs84",
) -> Response:
    """Take in what was looked at."""
    folder = _folder(request, upload)
    paths = {path.stem: path for path in sorted(folder.iterdir())}
    imported = _do(request, "import_files", paths, datum)
    shutil.rmtree(folder, ignore_errors=True)
    note(request, "imported", "", imported.summary.source[:200])
    return page(request, "imported.html", {"tables": imported.summary.tables})


@router.post("/roads")
def upload_roads(
    request: Request, _: Changer, roads: Annotated[UploadFile | None, File()] = None
) -> Response:
    """A street network is looked at: what it would bring. Nothing is stored."""
    if roads is None or not roads.filename:
        raise CampaignError("import.no_file")
    given = roads.filename.lower()
    ending = next((one for one in ROADS if given.endswith(one)), None)
    if ending is None:
        raise CampaignError("import.no_roads", file=roads.filename[-60:], known=ROADS)
    name, folder = _new_folder(request)
    path = folder / f"roads{ending}"
    _keep(roads, path)
    seen = _do(request, "preview_roads", path)
    note(request, "roads_seen", "", roads.filename[-60:])
    return page(request, "roads_preview.html", {"seen": seen, "upload": name})


@router.post("/roads/{upload}")
def take_roads(request: Request, upload: str, _: Changer) -> Response:
    """Use the street network that was looked at."""
    folder = _folder(request, upload)
    path = next(folder.glob("roads.*"), None)
    if path is None:
        raise CampaignError("import.no_file")
    _do(request, "take_roads", path)
    served_of(request).forget_doors()
    shutil.rmtree(folder, ignore_errors=True)
    note(request, "roads")
    return page(request, "roads_taken.html")


def _do(request: Request, method: str, *values: object) -> Any:  # noqa: ANN401
    """Have a worker do it, in the planner's name."""
    order = Order(
        method=method,
        values=values,
        who=request.state.person.name,
        lang=lang_of(request),
        lane="county",
    )
    return served_of(request).workers.do(order)


def _new_folder(request: Request) -> tuple[str, pathlib.Path]:
    """A folder for files that are looked at, and the name by which they are taken."""
    name, uploads = secrets.token_hex(8), served_of(request).folder / "uploads"
    folder = uploads / name
    folder.mkdir(mode=0o700, parents=True)
    for old in uploads.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_S:
            shutil.rmtree(old, ignore_errors=True)
    return name, folder


def _folder(request: Request, upload: str) -> pathlib.Path:
    folder = served_of(request).folder / "uploads" / upload
    if not _UPLOAD.fullmatch(upload) or not folder.is_dir():
        raise CampaignError("import.no_file")
    return folder


def _keep(file: UploadFile, path: pathlib.Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)


def _ending(file: UploadFile) -> str:
    """The end of a file's name, by which it is read: .csv, .xlsx."""
    ending = pathlib.PurePath(file.filename or "").suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ".csv"
