"""What a clerk's page sends: rows as they were typed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimizer.desk import CATEGORIES, QUESTIONS, RESULT_KEYS, Finding, TypedRow, form_opinion

MOST_ROWS = 100
"""A page sends so many rows at a time."""
Code = Annotated[int, Field(ge=1, le=len(CATEGORIES))]
Pieces = Annotated[int, Field(ge=0, le=1000)]


class RowWish(BaseModel):
    """One row; result and findings by their numbers on paper, result 0 takes back.

    `repaired` has those of the findings that were put right on the spot. Ticks are those of the
    form, a digit a question in the form's order, 0 for none.
    """

    model_config = ConfigDict(extra="forbid")
    row: int = Field(ge=1, le=999)
    version: int = Field(ge=1, le=9999)
    number: int = Field(ge=0, le=999)
    result: int = Field(ge=0, le=len(RESULT_KEYS))
    codes: list[Code] = Field(default_factory=list, max_length=len(CATEGORIES))
    repaired: list[Code] = Field(default_factory=list, max_length=len(CATEGORIES))
    note: str = Field(default="", max_length=200)
    opinion: str = Field(default="", max_length=1000)
    ticks: str = Field(default="", pattern=r"^([0-3]{0,4}|[0-3]{4}[0-2])$")
    pieces: dict[Literal["fuse", "bulb", "rcd"], Pieces] = Field(default_factory=dict)

    def typed(self) -> TypedRow:
        """As the desk takes it."""
        return TypedRow(
            row=self.row,
            number=self.number,
            result=RESULT_KEYS[self.result - 1] if self.result else "",
            findings=tuple(
                Finding(
                    category=CATEGORIES[code - 1], repaired=code in self.repaired, note=self.note
                )
                for code in dict.fromkeys(self.codes)
            ),
            opinion=form_opinion(self.opinion.strip(), self._answers()),
            repaired={name: count for name, count in self.pieces.items() if count},
        )

    def _answers(self) -> dict[str, str]:
        """What was ticked, by question."""
        return {
            name: answers[int(tick) - 1]
            for (name, answers), tick in zip(QUESTIONS, self.ticks, strict=False)
            if tick != "0"
        }


class RowsWish(BaseModel):
    """Rows that were left, in their order, and who has typed them."""

    model_config = ConfigDict(extra="forbid")
    person: str = Field(default="", max_length=80)
    rows: list[RowWish] = Field(max_length=MOST_ROWS)
