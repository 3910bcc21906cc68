"""How QGIS shows the layers of a GeoPackage: its table of styles, each the default of its layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.catalogue import Texts

_COLOURS: Final = {
    "visited": "0,106,85",
    "never_tried": "205,212,209",
    "nobody_home": "222,165,60",
    "refused": "163,29,22",
    "conflict": "163,29,22",
    "no_coordinates": "120,120,120",
}
"""Of customers by their state, as on the pages."""
_PLAIN: Final = {
    "stations": ("marker", "21,32,29", "3.6"),
    "areas": ("fill", "0,106,85,40", "0.3"),
    "routes": ("line", "0,106,85", "0.7"),
    "blocks": ("line", "122,140,134", "0.3"),
}
"""Kind of symbol, colour and size (mm) of the layers that have one symbol."""
_CLASS: Final = {"marker": "SimpleMarker", "fill": "SimpleFill", "line": "SimpleLine"}
_SIZE: Final = {"marker": "size", "fill": "outline_width", "line": "line_width"}
_COLOUR: Final = {"marker": "color", "fill": "color", "line": "line_color"}


def styles(texts: Texts) -> pd.DataFrame:
    """The table `layer_styles`, which QGIS looks for in a GeoPackage: a row a layer."""
    rows = {name: _qml(name, texts) for name in ("customers", *_PLAIN)}
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(rows),
            "f_geometry_column": "geom",
            "styleName": list(rows),
            "styleQML": list(rows.values()),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "zoufang",
            "owner": "",
            "ui": "",
        }
    )


def _qml(layer: str, texts: Texts) -> str:
    if layer == "customers":
        states = [*_COLOURS.items()]
        categories = "".join(
            f"<category render='true' symbol='{number}' value={quoteattr(state)}"
            f" label={quoteattr(texts.named('status', state))}/>"
            for number, (state, _) in enumerate(states)
        )
        symbols = _symbols(("marker", colour, "1.6") for _, colour in states)
        kind = "type='categorizedSymbol' attr='state'"
        inside = f"<categories>{categories}</categories>"
    else:
        symbols, kind, inside = _symbols([_PLAIN[layer]]), "type='singleSymbol'", ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis version='3.28'>"
        f"<renderer-v2 {kind}>{inside}<symbols>{symbols}</symbols></renderer-v2></qgis>"
    )


def _symbols(wanted: Iterable[tuple[str, str, str]]) -> str:
    return "".join(
        f"<symbol type='{kind}' name='{number}' alpha='1'><layer class='{_CLASS[kind]}'>"
        f"<Option type='Map'><Option name='{_COLOUR[kind]}' type='QString' value='{colour}'/>"
        f"<Option name='{_SIZE[kind]}' type='QString' value='{size}'/></Option></layer></symbol>"
        for number, (kind, colour, size) in enumerate(wanted)
    )
