"""The planner's desk: what stands in campaign.toml, looked at and changed one setting at a time."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from optimizer.atomic_files import write_whole
from optimizer.catalogue import Message
from optimizer.desk.opened import OpenCampaign
from optimizer.errors import SettingsError
from optimizer.settings import (
    Settings,
    load_settings,
    read_settings,
    setting_text,
    with_values,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo


_FORMS: Final = {"true|false": "flag", r"\[": "list", r"\{": "table", r"\d{4}-": "day"}
"""How a value begins, and its form; the others are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSetting:
    """One setting as people write it: text bare, all else as campaign.toml has it.

    Attributes
    ----------
    default
        What holds where the file says nothing.
    choices
        The values there are, where they are few.
    """

    name: str
    value: str
    default: str
    choices: tuple[str, ...]


class ChosenSettings(OpenCampaign):
    """Wishes of a planner about the settings."""

    @property
    def stored_settings(self) -> Settings:
        """What campaign.toml says now, in whatever language is spoken."""
        return load_settings(self.settings_path)

    def chosen_settings(self) -> dict[str, list[ChosenSetting]]:
        """All settings with today's values, by section."""
        stored = self.stored_settings
        return {section: _chosen(getattr(stored, section)) for section in Settings.model_fields}

    def check_setting(self, section: str, name: str, text: str) -> None:
        """See whether a setting could have a value; nothing is changed.

        Raises
        ------
        SettingsError
            It cannot: why, and what is allowed.
        """
        self._renewed(section, {name: text})

    def change_settings(self, section: str, texts: Mapping[str, str]) -> list[str]:
        """Write settings into campaign.toml, whose other lines stay; tell what has changed.

        Raises
        ------
        SettingsError
            One of the values cannot be; nothing is changed.
        """
        before = {one.name: one.value for one in self.chosen_settings().get(section, ())}
        given = {name: text for name, text in texts.items() if text.strip() != before.get(name)}
        if not given:
            return []
        write_whole(self.settings_path, self._renewed(section, given))
        self.__dict__.pop("settings", None)  # they are read anew
        return [
            f"{section}.{name}: {before[name]} → {text.strip()}" for name, text in given.items()
        ]

    def _renewed(self, section: str, texts: Mapping[str, str]) -> str:
        """The text of campaign.toml with some values, which its own reader has understood."""
        known = {one.name: one for one in self.chosen_settings().get(section, ())}
        strange = sorted(texts.keys() - known.keys())
        if strange:
            raise SettingsError("settings.unknown", name=f"{section}.{strange[0]}")
        values = getattr(self.stored_settings, section)
        given = {name: _read(values, name, text.strip()) for name, text in texts.items()}
        text = with_values(self.settings_path.read_text(encoding="utf-8"), section, given)
        read_settings(text, Path(self.settings_path.name))
        return text


def _chosen(values: BaseModel) -> list[ChosenSetting]:
    default = type(values)()
    return [
        ChosenSetting(
            name=name,
            value=_bare(setting_text(values, name)),
            default=_bare(setting_text(default, name)),
            choices=_choices(field),
        )
        for name, field in type(values).model_fields.items()
    ]


def _choices(field: FieldInfo) -> tuple[str, ...]:
    if field.annotation is bool:
        return ("true", "false")
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def _bare(text: str) -> str:
    """A value of TOML as people write it: text without its quotes."""
    return str(json.loads(text)) if text.startswith('"') else text


def _read(section: BaseModel, name: str, text: str) -> Any:  # noqa: ANN401  (any value of TOML)
    """What somebody has written for a setting.

    Raises
    ------
    SettingsError
        It is no value of TOML.
    """
    now = setting_text(section, name)
    if now.startswith('"'):
        return text
    form = next((form for first, form in _FORMS.items() if re.match(first, now)), "number")
    wrong = SettingsError(
        "settings.no_value", name=name, text=text, wanted=Message(f"settings.want_{form}")
    )
    try:
        values = tomllib.loads(f"value = {text}")
    except ValueError:
        raise wrong from None
    value = values.pop("value")
    if values or isinstance(value, dt.datetime | dt.time):
        raise wrong
    return value
