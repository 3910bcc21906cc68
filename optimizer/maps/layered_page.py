"""A page with one map and a list of layers beside it, each of which can be switched off."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import clean
from optimizer.maps.basemap import empty_map, image_hosts, surroundings
from optimizer.maps.html_page import LIVE, Parts, asset, page
from optimizer.maps.static_map import static_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.catalogue import Texts
    from optimizer.drawing.map_content import Drawing
    from optimizer.drawing.route_map import MapSubject
    from optimizer.maps.static_map import StaticMap, Way
    from optimizer.settings import Settings

MOST_ROADS = 90_000
"""Characters that the roads of such a page may take."""


def layered_page(
    drawing: Drawing,
    subject: MapSubject,
    ways: Sequence[Way],
    layers: Sequence[dict[str, Any]],
    *,
    settings: Settings,
    texts: Texts,
    title: str,
    summary: str,
) -> str:
    """A page with a map and a list of layers that can be switched."""
    still = static_map(drawing, subject, ways, MOST_ROADS)
    data = {
        **surroundings(drawing, subject, still, settings.phone),
        "layers": layers,
        "words": texts.room("phone") | texts.room("overview"),
    }
    return page(
        empty_map(subject.station, settings.phone),
        Parts(
            title=title,
            lang="zh-CN" if texts.lang == "zh" else "en",
            html=_html(title, summary, clean(settings.campaign.note, 160), layers, still),
            data=data,
            start="startLayers",
            styles=(asset("phone.css"), asset("layers.css")),
            scripts=(LIVE, asset("ground.js"), asset("layers.js")),
            image_hosts=image_hosts(settings.phone),
        ),
    )


def _html(
    title: str, summary: str, note: str, layers: Sequence[dict[str, Any]], still: StaticMap
) -> str:
    items = "".join(
        f'<li><div class="line"><span class="no" style="color:{layer["colour"]}">■</span>'
        f'<bdi class="name">{escape(layer["label"])}</bdi></div>'
        f'<div>{escape(layer["detail"])}</div><div class="soft">{escape(layer["more"])}</div></li>'
        for layer in layers
    )
    return f"""
<header class="bar"><div class="who"><h1>{escape(title)}</h1><p>{escape(summary)}</p></div></header>
{f'<p class="note">{escape(note)}</p>' if note else ""}
<section class="still">{still.svg}<ol>{items}</ol></section>
<div id="wide"><div id="stage"></div><div id="app"><div class="list" id="list"></div></div></div>
"""
