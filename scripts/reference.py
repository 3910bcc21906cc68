"""Write docs/reference.md anew from the code: commands, columns, settings, rules, reasons.

With `--check` nothing is written, and a page that is out of date is a failure.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer
from environment import ROOT

from optimizer.campaign import wishes
from optimizer.campaign.unplanned import REASONS as CAMPAIGN_REASONS
from optimizer.catalogue import Texts
from optimizer.checker import RULES
from optimizer.cli import app
from optimizer.intake import columns
from optimizer.records import typed_sheets
from optimizer.records.field_words import words_of
from optimizer.routes.reasons import Reason
from optimizer.settings import Settings, setting_text
from optimizer.workdays import calendar, seasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.intake import Column

PAGE = ROOT / "docs" / "reference.md"
HEAD = """<!-- made by scripts/reference.py -->

# Reference

Made from the code by `scripts/reference.py`: what is not here does not exist. How it all is used is
in the [guide](guide.md).
"""
LONGEST = 60


def main() -> None:
    """Write, or check with `--check`."""
    if "--check" not in sys.argv:
        PAGE.write_text(reference(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != reference():
        sys.exit("docs/reference.md is out of date: run scripts/reference.py")


def reference() -> str:
    """The whole reference as Markdown."""
    said = Texts("en")
    day = (
        (f"`{code}`", said(f"unassigned_reason.{code}"), said(f"unassigned_action.{code}"))
        for code in Reason
    )
    campaign = ((f"`{code}`", said(f"unplanned.{code}")) for code in CAMPAIGN_REASONS)
    rules = ((f"`{name}`", line) for name, line in RULES.items())
    parts = {
        "Commands": commands(),
        "Input files": input_files(),
        "Tables that people write": written_tables(),
        "Settings": table(("setting", "default", "meaning"), settings()),
        "Rules of a day's plan": table(("rule", "what the checker recomputes"), rules),
        "Why a visit is not in a day's plan": table(("code", "reason", "action"), day),
        "Why a customer is not in the campaign": table(("code", "reason and action"), campaign),
    }
    return HEAD + "".join(f"\n## {title}\n\n{text}" for title, text in parts.items())


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    names = list(headings)
    return "".join(map(_line, (names, ["---"] * len(names), *rows)))


def _line(cells: Iterable[object]) -> str:
    texts = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(texts)} |\n"


def commands() -> str:
    """Each command with its sentence and its options."""
    group = typer.main.get_group(app)
    return table(("command", "", "options"), map(_command, group.commands.items()))


def _command(item: tuple[str, Any]) -> tuple[str, str, str]:
    name, command = item
    options = [
        f"`{option.opts[0]}` {getattr(option, 'help', None) or ''}" for option in command.params
    ]
    return f"`{name}`", command.help, "<br>".join(options)


def input_files() -> str:
    """Every column of every file with all headings that are understood."""
    files: dict[str, list[Column]] = {}
    for file, column in columns():
        files.setdefault(file, []).append(column)
    return "\n".join(f"### {file}\n\n{_columns(those)}" for file, those in files.items())


def written_tables() -> str:
    """Every column of the tables that stations write by hand, and the words in their cells."""
    tables = {
        "typed sheets (`zoufang record`)": typed_sheets.COLUMNS,
        "wishes.csv": wishes.LAYOUT.columns,
        "seasons.csv": seasons.LAYOUT.columns,
        "workdays.csv": calendar.LAYOUT.columns,
    }
    listed = "\n".join(f"### {name}\n\n{_columns([*some])}" for name, some in tables.items())
    words = (
        (name, ", ".join(f"`{word}`" for word in known))
        for vocabulary in ("result", "category", "kind")
        for name, known in words_of(vocabulary).items()
    )
    return f"{listed}\n### words of typed sheets\n\n{table(('meaning', 'written as'), words)}"


def _columns(those: list[Column]) -> str:
    rows = (
        (
            f"`{column.name}`",
            ", ".join((*column.headings, *column.fallback)),
            "required" if column.required else "",
            column.meaning,
        )
        for column in those
    )
    return table(("column", "also", "", "meaning"), rows)


def settings() -> Iterator[tuple[str, str, str]]:
    """Every setting of campaign.toml with its default and its sentence."""
    default = Settings()
    for section in Settings.model_fields:
        values = getattr(default, section)
        for name, field in type(values).model_fields.items():
            text = setting_text(values, name)
            shown = f"`{text}`" if len(text) <= LONGEST else "a table"
            yield f"`{section}.{name}`", shown, str(field.description)


if __name__ == "__main__":
    main()
