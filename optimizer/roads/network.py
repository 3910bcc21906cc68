"""The street network as arrays: what everybody else sees of the roads."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from optimizer.atomic_files import whole_file
from optimizer.errors import RoadsError
from optimizer.geometry import Plane
from optimizer.roads.lines import Place, ranges
from optimizer.roads.ways import Repairs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from optimizer.settings import TravelSettings

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]

FILE_NAME = "roads.npz"
_FORMAT = 1
# Nobody lives on a motorway or inside a tunnel.
UNATTACHED_CLASSES = frozenset({"motorway"})


@dataclass(frozen=True)
class CutOff:
    """A part of the network that the rest does not reach both ways; `near` is a place's name."""

    km: float
    lon: float
    lat: float
    near: str


@dataclass(frozen=True)
class RoadsReport:
    """What was read, what is used, and what was cut off."""

    source: str
    lines: int
    km: float
    cut_lines: int
    cut_km: float
    largest_cut: tuple[CutOff, ...] = ()
    repairs: Repairs = field(default_factory=Repairs)

    @property
    def cut_share(self) -> float:
        """Share of the length that was cut off."""
        return self.cut_km / (self.km + self.cut_km)

    def __str__(self) -> str:
        text = (
            f"{self.source}: {self.km:,.1f} km of roads, {self.lines:,} from junction to junction"
        )
        if not self.cut_lines:
            return text
        parts = "; ".join(
            f"{part.km:.1f} km at {part.lon:.5f},{part.lat:.5f}"
            + (f" near {part.near}" if part.near else "")
            for part in self.largest_cut
        )
        return (
            f"{text}\n{self.cut_km:,.1f} km ({self.cut_share:.1%}) do not reach the rest both ways "
            f"and were left out: {parts}"
        )


class Attachment(NamedTuple):
    """Where houses meet the roads; arrays of one length.

    Attributes
    ----------
    lon, lat
        The houses themselves.
    node
        The nearest road's nearer node, -1 where a house has no coordinates.
    walk_m
        Metres from the house to the nearest road as the crow flies: walked.
    ride_m
        Metres along the road between that point and the node, at most half the spacing.
    far
        The road is farther than a crew can be expected to walk, or there are no coordinates.
    piece, foot_m
        The nearest road's piece, and the metres from its beginning to the nearest point.
    """

    lon: Floats
    lat: Floats
    node: Ints
    walk_m: NDArray[np.float32]
    ride_m: NDArray[np.float32]
    far: Bools
    piece: Ints
    foot_m: NDArray[np.float32]

    def take(self, rows: NDArray[np.integer[Any] | np.bool_] | slice) -> Attachment:
        """Only these rows (numbers, a mask, or a slice)."""
        return Attachment._make(column[rows] for column in self)

    def put(self, rows: Bools, other: Attachment) -> Attachment:
        """The same with some rows taken from another."""
        columns: list[NDArray[Any]] = [column.copy() for column in self]
        for column, new in zip(columns, other, strict=True):
            column[rows] = new
        return Attachment(*columns)


@dataclass(frozen=True, eq=False)
class Roads:
    """A network in which every node reaches every other, cut so that nodes are close together.

    Lines are roads between junctions; pieces are what they are cut into, at most `spacing_m`
    long; an edge is a piece in one direction in which it may be ridden. Points of line `l` are
    `line_first[l]:line_last[l] + 1`, those of piece `p` are `piece_first[p]:piece_last[p] + 1`;
    pieces of a line follow one another and share their end points.

    Attributes
    ----------
    node_lon, node_lat
        Nodes, WGS-84.
    edge_from, edge_to, edge_m, edge_class, edge_piece, edge_forward
        Directed edges: nodes, whole metres (at least 1), index into `class_names`, the piece and
        whether it is ridden along it.
    piece_from, piece_to, piece_m
        Nodes at a piece's ends, metres.
    line_name
        Index into `names`; 0 is the empty name.
    line_attach
        Whether houses may be attached to the line.
    order
        Nodes in an order of contraction, for `optimizer.travel`.
    class_names, class_kph
        Classes of road, and the speeds that they were built with.
    """

    node_lon: Floats
    node_lat: Floats
    edge_from: Ints
    edge_to: Ints
    edge_m: Ints
    edge_class: Bytes
    edge_piece: Ints
    edge_forward: Bools
    piece_from: Ints
    piece_to: Ints
    piece_m: Floats
    piece_line: Ints
    piece_first: Ints
    piece_last: Ints
    point_lon: Floats
    point_lat: Floats
    line_first: Ints
    line_last: Ints
    line_class: Bytes
    line_name: Ints
    line_attach: Bools
    order: Ints
    class_names: tuple[str, ...]
    class_kph: tuple[float, ...]
    names: tuple[str, ...]
    places: tuple[Place, ...] = field(repr=False)
    report: RoadsReport
    spacing_m: int
    max_walk_m: int

    def __repr__(self) -> str:
        return f"<Roads {len(self.node_lon):,} nodes, {self.report.km:,.0f} km>"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        lon, lat = self.point_lon, self.point_lat
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    @cached_property
    def plane(self) -> Plane:
        """The flat map around the middle of the network."""
        west, south, east, north = self.bounds
        return Plane((west + east) / 2, (south + north) / 2)

    @cached_property
    def node_xy(self) -> Floats:
        """Nodes on the flat map, metres, shape (nodes, 2)."""
        return np.column_stack(self.plane.xy(self.node_lon, self.node_lat))

    @cached_property
    def _attachable(self) -> tuple[shapely.STRtree, NDArray[np.intp]]:
        pieces = np.flatnonzero(self.line_attach[self.piece_line])
        counts = (self.piece_last - self.piece_first + 1).astype(np.int64)[pieces]
        points = ranges(self.piece_first[pieces].astype(np.int64), counts)
        xy = np.column_stack(self.plane.xy(self.point_lon[points], self.point_lat[points]))
        shapes: Any = shapely.linestrings(xy, indices=np.repeat(np.arange(len(pieces)), counts))
        return shapely.STRtree(shapes), pieces

    def attach(self, lon: ArrayLike, lat: ArrayLike) -> Attachment:
        """Nearest point of any road where houses stand, for each of the given places."""
        lon, lat = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        known = np.isfinite(lon) & np.isfinite(lat)
        tree, pieces = self._attachable
        houses = shapely.points(*self.plane.xy(lon[known], lat[known]))
        nearest = np.asarray(tree.nearest(houses), dtype=np.intp)
        shapes = tree.geometries[nearest]
        # from the flat map's metres to those of the road
        scale = self.piece_m[pieces[nearest]] / np.maximum(shapely.length(shapes), 1e-9)
        foot_m = shapely.line_locate_point(shapes, houses) * scale
        walk_m = shapely.distance(shapes, houses)
        return self._attachment((lon, lat), known, pieces[nearest], foot_m, walk_m)

    def _attachment(
        self,
        places: tuple[Floats, Floats],
        known: Bools,
        piece: NDArray[np.intp],
        foot_m: Floats,
        walk_m: Floats,
    ) -> Attachment:
        lon, lat = places
        rest_m = np.maximum(self.piece_m[piece] - foot_m, 0)
        nearer = np.where(foot_m <= rest_m, self.piece_from[piece], self.piece_to[piece])

        def spread(values: NDArray[Any], missing: float, dtype: type) -> NDArray[Any]:
            column: NDArray[Any] = np.full(len(lon), missing, dtype=dtype)
            column[known] = values
            return column

        return Attachment(
            lon=lon,
            lat=lat,
            node=spread(nearer, -1, np.int32),
            walk_m=spread(walk_m, np.nan, np.float32),
            ride_m=spread(np.minimum(foot_m, rest_m), np.nan, np.float32),
            far=spread(walk_m > self.max_walk_m, True, np.bool_),  # noqa: FBT003
            piece=spread(piece, -1, np.int32),
            foot_m=spread(foot_m, np.nan, np.float32),
        )

    def lines(
        self,
        bbox: tuple[float, float, float, float] | None = None,
        classes: Collection[str] | None = None,
    ) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """Roads to draw, as (class, points in lon and lat), whole, that touch a bounding box.

        Parameters
        ----------
        bbox
            West, south, east, north in degrees; None for all.
        classes
            Only these classes; None for all.
        """
        for road, points, _ in self.named_lines(bbox, classes):
            yield road, points

    def named_lines(
        self,
        bbox: tuple[float, float, float, float] | None = None,
        classes: Collection[str] | None = None,
    ) -> Iterator[tuple[str, list[tuple[float, float]], str]]:
        """As `lines`, with the road's name or number, "" where it has none."""
        wanted = np.ones(len(self.line_first), dtype=bool)
        if classes is not None:
            wanted &= np.array([name in classes for name in self.class_names])[self.line_class]
        if bbox is not None:
            west, south, east, north = self._line_boxes
            wanted &= (west <= bbox[2]) & (east >= bbox[0])
            wanted &= (south <= bbox[3]) & (north >= bbox[1])
        for line in np.flatnonzero(wanted).tolist():
            points = slice(self.line_first[line], self.line_last[line] + 1)
            lonlat = zip(
                self.point_lon[points].tolist(), self.point_lat[points].tolist(), strict=True
            )
            name = self.names[self.line_name[line]]
            yield self.class_names[self.line_class[line]], list(lonlat), name

    @cached_property
    def _line_boxes(self) -> tuple[Floats, Floats, Floats, Floats]:
        first, lon, lat = self.line_first, self.point_lon, self.point_lat
        return (
            np.minimum.reduceat(lon, first),
            np.minimum.reduceat(lat, first),
            np.maximum.reduceat(lon, first),
            np.maximum.reduceat(lat, first),
        )

    def save(self, folder: Path) -> None:
        """Write the network into a folder; a reader sees the old one or the new one."""
        arrays: dict[str, NDArray[Any]] = {}
        rest: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            (arrays if isinstance(value, np.ndarray) else rest)[item.name] = value
        rest["report"] = asdict(self.report)
        meta = json.dumps({"format": _FORMAT, **rest}, ensure_ascii=False).encode()
        arrays["meta"] = np.frombuffer(meta, dtype=np.uint8)
        with whole_file(folder / FILE_NAME) as new, new.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)


def load_roads(folder: Path, settings: TravelSettings | None = None) -> Roads:
    """The network that `Roads.save` has written into a folder.

    With settings, what is too far to walk is what they say now.

    Raises
    ------
    RoadsError
        There is none, it is broken, or another version of the program wrote it.
    """
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        meta = json.loads(arrays.pop("meta").tobytes())
        if meta.pop("format") != _FORMAT:
            raise RoadsError("roads.version", path=path)
        if settings is not None:
            meta["max_walk_m"] = settings.max_walk_m
        return _from_meta(arrays, meta)
    except FileNotFoundError:
        raise RoadsError("roads.none", path=path) from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise RoadsError("roads.broken", path=path, error=error) from None


def _from_meta(arrays: dict[str, Any], meta: dict[str, Any]) -> Roads:
    report = dict(meta.pop("report"))
    report["largest_cut"] = tuple(CutOff(**part) for part in report["largest_cut"])
    report["repairs"] = Repairs(*report.get("repairs", ()))
    places = tuple(Place(*place) for place in meta.pop("places"))
    for name in ("class_names", "class_kph", "names"):
        meta[name] = tuple(meta[name])
    return Roads(**arrays, **meta, places=places, report=RoadsReport(**report))
