"""The printing press: data in, PDF out, by typst.

The font comes with the package `pylopdf-fonts-zh-cn`, so that a sheet looks the same on every
machine; other fonts only help out (see `optimizer.drawing.fonts`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst  # noqa: TID251  (this is the room behind which it lives)

from optimizer.drawing.fonts import fonts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.settings import PaperSettings


@cache
def _templates() -> Path:
    return Path(str(resources.files("optimizer").joinpath("templates")))


def press(
    template: str, job: Mapping[str, Any], paper: PaperSettings, *, help_out: bool = False
) -> bytes:
    """A template of `optimizer/templates` filled with a job's data, as PDF.

    With `help_out` the fonts of the system print what ours lacks.
    """
    compiled = typst.compile(
        _templates() / f"{template}.typ",
        root=_templates(),
        font_paths=fonts(paper.fonts, system=help_out),
        sys_inputs={"day": json.dumps(job, ensure_ascii=False)},
        timestamp=0,
        pdf_tags=False,
    )
    assert isinstance(compiled, bytes)  # noqa: S101  (without an output file it is always bytes)
    return compiled
