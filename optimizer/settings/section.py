"""What all sections of the settings have in common."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from optimizer.errors import SettingsError
from optimizer.settings.values import setting_text


class Section(BaseModel):
    """Settings of one kind; of each pair of `ascending` the first is not above the second."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    ascending: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for first, second in self.ascending:
            if getattr(self, first) > getattr(self, second):
                raise SettingsError(
                    "value.after",
                    first=first,
                    is_now=setting_text(self, first),
                    second=second,
                    limit=setting_text(self, second),
                )
        return self
