"""What a board's page may send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Revision = Annotated[int, Field(ge=-1, lt=2**31)]
Name = Annotated[str, Field(max_length=120)]


class Wish(BaseModel, extra="forbid"):
    """An edit as the page sends it; which of the fields count depends on `what`."""

    what: Literal["move", "route", "lock", "call", "absent", "weather"]
    revision: Revision = -1
    visits: list[Name] = Field(default=[], max_length=500)
    crew: Name | None = None
    to: Name | None = None
    after: int | None = Field(default=None, ge=0, le=1000)
    kind: Literal["crew", "visit", "time"] = "visit"
    name: Name = ""
    on: bool = True
    account: Annotated[str, Field(max_length=20)] = ""
    slower: float = Field(default=1.0, allow_inf_nan=False)


class Seen(BaseModel, extra="forbid"):
    """Which revision the chief has before him."""

    revision: Revision
