"""campaign.toml, read and written."""

from __future__ import annotations

import re
import tomllib
from functools import reduce
from typing import TYPE_CHECKING

from pydantic import ValidationError

from optimizer.catalogue import Message, sentences
from optimizer.errors import SettingsError
from optimizer.settings.sections import Settings
from optimizer.settings.values import FROM_FILE, setting_text, toml_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails


def load_settings(path: Path) -> Settings:
    """Settings of a campaign.toml; what it leaves out has its default.

    Raises
    ------
    SettingsError
        With every wrong value, its place and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError("settings.missing", path=path, folder=path.parent) from None
    except UnicodeDecodeError as error:
        raise SettingsError("settings.no_toml", path=path, error=error) from None
    return read_settings(text, path)


def read_settings(text: str, path: Path) -> Settings:
    """Settings of the text of a campaign.toml, which is called `path` where it is wrong.

    Raises
    ------
    SettingsError
        As of `load_settings`.
    """
    try:
        return Settings.model_validate(tomllib.loads(text), context=FROM_FILE)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("settings.no_toml", path=path, error=error) from None
    except ValidationError as error:
        faults = reduce(_both, map(_fault, error.errors()))
        raise SettingsError("settings.wrong", path=path, faults=faults) from None


def _both(one: Message, other: Message) -> Message:
    return Message("settings.both", one=one, other=other)


def _fault(fault: ErrorDetails) -> Message:
    """One wrong value, its place and what is allowed, in our words where we have them."""
    code = f"pydantic.{fault['type']}"
    problem = (
        Message(code, **fault.get("ctx", {})) if code in sentences() else Message(fault["msg"])
    )
    place = ".".join(map(str, fault["loc"]))
    if isinstance(fault["input"], dict):  # of a whole section the problem names what is wrong
        return Message("settings.section", place=place, problem=problem)
    return Message("settings.value", place=place, value=repr(fault["input"]), problem=problem)


def settings_toml(settings: Settings) -> str:
    """The text of a campaign.toml that names every setting.

    What differs from its default is set; the rest stands behind a `#`, so that a better default
    of a later version reaches the campaign.
    """
    lines = ["# Settings of this campaign. Remove the # before a setting to change it.", ""]
    for section in type(settings).model_fields:
        values = getattr(settings, section)
        lines += [f"[{section}]", *_section_lines(values, always=section == "campaign"), ""]
    return "\n".join(lines)


def _section_lines(values: BaseModel, *, always: bool) -> list[str]:
    lines = []
    default = type(values)()
    for name, field in type(values).model_fields.items():
        text = " ".join((field.description or "").split())
        value = setting_text(values, name)
        mark = "" if always or value != setting_text(default, name) else "#"
        lines += [f"# {text}", f"{mark}{name} = {value}"]
    return lines


def with_values(text: str, section: str, values: Mapping[str, object]) -> str:
    """The text of a campaign.toml in which some settings of a section have other values.

    What else stands there, a planner's own comments too, stays as it is.
    """
    lines = text.splitlines()
    if f"[{section}]" not in lines:
        lines += ["", f"[{section}]"]
    for name, value in values.items():
        head = lines.index(f"[{section}]")
        after = (i for i in range(head + 1, len(lines)) if lines[i].startswith("["))
        rows = range(head + 1, next(after, len(lines)))
        mark = re.compile(rf"#?\s*{name}\s*=")
        at = next((i for i in rows if mark.match(lines[i])), None)
        lines[head + 1 if at is None else at : head + 1 if at is None else at + 1] = [
            f"{name} = {toml_value(value)}"
        ]
    return "\n".join([*lines, ""])
