"""What a planner uploads, customer files and roads: each is looked at before it is taken."""

from __future__ import annotations

import json
import pathlib
import re
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse

from optimizer.desk import Person
from optimizer.errors import CampaignError, IntakeError, ZoufangError
from optimizer.web.pages import lang_of, note, page, served_of
from optimizer.web.rights import may
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from optimizer.desk import ImportPreview
    from optimizer.desk.sources import Imported

router = APIRouter(prefix="/county")
Changer = Annotated[Person, Depends(may("change the county"))]
TABLES: Final = ("stations", "areas", "customers", "crews", "leave")
ROADS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".graphml")
_UPLOAD: Final = re.compile(r"[0-9a-f]{16}")
BY_BOXES: Final = {"import.exodus": "county.exodus", "import.emptied": "county.emptied"}
"""What the page says where the desk's sentence names an option: its own boxes."""
_ASKED: Final = "asked.json"
_LONGEST: Final = 60
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
    part: Annotated[bool, Form()] = False,
    skip_bad_rows: Annotated[bool, Form()] = False,
    yes: Annotated[bool, Form()] = False,
) -> Response:
    """Files are looked at: what is wrong in them, or what they would change. Nothing is stored."""
    lang = lang_of(request)
    asked = {"datum": datum, "part": part, "skip_bad_rows": skip_bad_rows, "yes": yes}
    given = (stations, areas, customers, crews, leave)
    named = {
        table: file for table, file in zip(TABLES, given, strict=True) if file and file.filename
    }
    if not named:
        raise CampaignError("county.no_file")
    name, folder = _new_folder(request)
    paths = {table: _keep(file, folder / table / _own_name(file)) for table, file in named.items()}
    (folder / _ASKED).write_text(json.dumps(asked), encoding="utf-8")
    seen: ImportPreview = _do(request, "preview_import", folder, paths, **asked)
    note(request, "import_seen", "", _names(paths))
    refused = "" if seen.refused is None else _by_boxes(seen.refused, folder).in_words(lang)
    facts = {"seen": seen, "upload": name, "refused": refused}
    return page(request, "import_preview.html", facts)


@router.post("/import/{upload}")
def take(
    request: Request,
    upload: str,
    _: Changer,
) -> Response:
    """Take in what was looked at, as it was asked for then."""
    folder = _folder(request, upload)
    if not (folder / _ASKED).is_file():
        raise CampaignError("county.upload_gone")
    asked = json.loads((folder / _ASKED).read_text(encoding="utf-8"))
    paths = {path.parent.name: path for path in sorted(folder.glob("*/*"))}
    imported: Imported = _do(request, "import_files", folder, paths, **asked)
    rejected = {path.parent.name: path.name for path in imported.rejected}
    if rejected:
        for path in (folder / _ASKED, *paths.values()):
            path.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)
    note(request, "imported", "", _names(paths))
    facts = {"tables": imported.summary.tables, "rejected": rejected, "upload": upload}
    return page(request, "imported.html", facts)


@router.get("/import/{upload}/{table}")
def left_out(request: Request, upload: str, table: str, _: Changer) -> Response:
    """The rows of a table that were left out, each with its reason."""
    folder = _folder(request, upload)
    found = folder.glob(f"{table}/*.rejected.csv") if table in TABLES else iter(())
    path = None if (folder / _ASKED).exists() else next(found, None)
    if path is None:
        raise CampaignError("county.upload_gone")
    note(request, "import_seen", "", path.name)
    return FileResponse(path, media_type="text/csv", filename=path.name)


@router.post("/roads")
def upload_roads(
    request: Request, _: Changer, roads: Annotated[UploadFile | None, File()] = None
) -> Response:
    """A street network is looked at: what it would bring. Nothing is stored."""
    if roads is None or not roads.filename:
        raise CampaignError("county.no_file")
    given = roads.filename.lower()
    ending = next((one for one in ROADS if given.endswith(one)), None)
    if ending is None:
        raise CampaignError("import.no_roads", file=roads.filename[-60:], known=ROADS)
    name, folder = _new_folder(request)
    path = _keep(roads, folder / "roads" / f"{_own_name(roads)[: -len(ending)]}{ending}")
    seen = _do(request, "preview_roads", folder, path)
    note(request, "roads_seen", "", path.name)
    return page(request, "roads_preview.html", {"seen": seen, "upload": name})


@router.post("/roads/{upload}")
def take_roads(request: Request, upload: str, _: Changer) -> Response:
    """Use the street network that was looked at."""
    folder = _folder(request, upload)
    path = next(folder.glob("roads/*"), None)
    if path is None:
        raise CampaignError("county.upload_gone")
    _do(request, "take_roads", folder, path)
    served_of(request).forget_doors()
    shutil.rmtree(folder, ignore_errors=True)
    note(request, "roads")
    return page(request, "roads_taken.html")


def _do(request: Request, method: str, folder: pathlib.Path, files: object, **how: object) -> Any:  # noqa: ANN401
    """Have a worker do it with an upload's files, in the planner's name."""
    order = Order(
        method=method,
        values=(files,),
        facts=tuple(how.items()),
        who=request.state.person.name,
        lang=lang_of(request),
        lane="county",
    )
    try:
        return served_of(request).workers.do(order)
    except IntakeError as error:
        raise CampaignError("county.faults", count=len(error.faults)) from None
    except ZoufangError as error:
        raise _by_boxes(error, folder) from None


def _by_boxes(error: ZoufangError, folder: pathlib.Path) -> ZoufangError:
    """The error in the page's words, with an upload's file by its own name."""
    error.code = BY_BOXES.get(error.code, error.code)
    error.facts = {
        name: pathlib.PurePath(str(fact)).name if str(folder) in str(fact) else fact
        for name, fact in error.facts.items()
    }
    return error


def _names(paths: dict[str, pathlib.Path]) -> str:
    return ", ".join(path.name for path in paths.values())


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
        raise CampaignError("county.upload_gone")
    return folder


def _keep(file: UploadFile, path: pathlib.Path) -> pathlib.Path:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    return path


def _own_name(file: UploadFile) -> str:
    """The name that the file has at the planner's, without a folder; the end of a long one."""
    last = re.split(r"[\\/]", file.filename or "")[-1]
    plain = "".join(sign for sign in last if sign.isprintable())
    return plain[-_LONGEST:].lstrip(". ") or "file"
