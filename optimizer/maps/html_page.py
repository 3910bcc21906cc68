"""A page that needs nothing but itself: folium's map with Leaflet and all of ours inside.

folium's own pages ask five servers for eleven files. Here the map is made without those links, and
what it needs is written into the page; a content security policy forbids everything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import folium  # noqa: TID251  (this is the room behind which it lives)
from branca.element import Figure, MacroElement
from folium.template import Template  # noqa: TID251
from xstatic.pkg import leaflet

LIVE = "document.documentElement.className='live';"
"""The first script of a page: from now on it is more than its still picture."""


class OfflineMap(folium.Map):
    """folium's map, without the scripts and styles that it would fetch."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (folium's own)
        super().__init__(**options)
        self.default_js = []
        self.default_css = []


class Slots(MacroElement):
    """Empty places in folium's page.

    branca compiles what an element writes as a template once more, so that a customer whose name is
    ``{{ … }}`` would be computed. Our parts therefore enter after it is done.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}@head@{% endmacro %}
        {% macro html(this, kwargs) %}@body@{% endmacro %}
        {% macro script(this, kwargs) %}@start@{% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._id = "slots"


@dataclass(frozen=True, slots=True)
class Parts:
    """What makes a page ours.

    Attributes
    ----------
    html
        The body around the map.
    data
        What the script works on.
    start
        Name of the function that is called with the map.
    connects
        Where the page may hand in, for a content security policy; empty: nowhere.
    image_hosts
        Where pictures may come from, for a content security policy; empty: from nowhere.
    mark
        Whose page it is, and of which day, as a keyword; empty: nobody's.
    """

    title: str
    lang: str
    html: str
    data: dict[str, Any]
    start: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    image_hosts: str = ""
    connects: str = ""
    mark: str = ""

    def head(self) -> str:
        """Leaflet, our styles and scripts, and the policy that nothing else is loaded."""
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            f"img-src data: blob: {self.image_hosts}".strip()
        )
        if self.connects:
            policy += f"; connect-src {self.connects}; worker-src 'self'"
        mark = f'<meta name="keywords" content="{escape(self.mark)}">' if self.mark else ""
        styles = "".join(f"<style>{style}</style>" for style in (leaflet_css(), *self.styles))
        scripts = "".join(f"<script>{code}</script>" for code in (leaflet_js(), *self.scripts))
        return (
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f'{mark}<meta name="referrer" content="no-referrer">'
            f'<meta name="format-detection" content="telephone=no">{styles}{scripts}'
        )

    def body(self) -> str:
        """The page around the map, and the data."""
        data = script_json(self.data)
        return f'{self.html}<script type="application/json" id="day">{data}</script>'


def script_json(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def page(offline_map: OfflineMap, parts: Parts) -> str:
    """The whole page as text, the same for the same input."""
    figure = Figure()
    figure.title = escape(parts.title)
    offline_map._id = "day"  # noqa: SLF001  (folium would take a random one)
    figure.add_child(offline_map, name="map")
    offline_map.add_child(Slots(), name="slots")
    start = f"{parts.start}({offline_map.get_name()});"
    filled = {"@head@": parts.head(), "@body@": parts.body(), "@start@": start}
    html = re.sub(r"@(?:head|body|start)@", lambda slot: filled[slot[0]], figure.render())
    return html.replace("<html>", f'<html lang="{parts.lang}">', 1)


@cache
def asset(name: str) -> str:
    """A file of `maps/templates`, without its comment lines and indents."""
    text = resources.files("optimizer.maps").joinpath("templates", name).read_text(encoding="utf-8")
    if name.endswith(".js"):
        text = re.sub(r"^\s*//.*\n", "", text, flags=re.MULTILINE)
    else:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


@cache
def leaflet_js() -> str:
    """Leaflet's script, without the pointer to its sources."""
    text = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=.*", "", text)


@cache
def leaflet_css() -> str:
    """Leaflet's styles, without the pictures that we do not use."""
    text = (Path(leaflet.BASE_DIR) / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\([^)]*\)", "none", text)
