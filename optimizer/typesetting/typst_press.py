"""The printing press: data in, PDF out, by typst.

The font comes with the package `pylopdf-fonts-zh-cn`, so that a sheet looks the same on every
machine; other fonts only help out (see `optimizer.typesetting.fonts`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst  # noqa: TID251  (this is the room behind which it lives)

from optimizer.drawing.canvas import FONT
from optimizer.typesetting.fonts import fonts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.catalogue import Texts
    from optimizer.settings import PaperSettings


@cache
def _package() -> Path:
    return Path(str(resources.files("optimizer")))


def typeset(
    template: str,
    job: Mapping[str, Any],
    paper: PaperSettings,
    texts: Texts,
    *,
    help_out: bool = False,
) -> bytes:
    """A template filled with a job's data, as PDF.

    Parameters
    ----------
    template
        Room and name, such as ``sheets/print`` for ``sheets/templates/print.typ``.
    help_out
        The fonts of the system print what ours lacks.
    """
    room, name = template.split("/")
    language = {"lang": texts.lang, "region": "cn" if texts.lang == "zh" else "us"}
    compiled = typst.compile(
        _package() / room / "templates" / f"{name}.typ",
        root=_package(),
        font_paths=fonts(paper.fonts, system=help_out),
        sys_inputs={"day": json.dumps({**language, "fonts": [FONT], **job}, ensure_ascii=False)},
        timestamp=0,
        pdf_tags=False,
    )
    assert isinstance(compiled, bytes)  # noqa: S101  (without an output file it is always bytes)
    return compiled
