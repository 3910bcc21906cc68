"""Why a customer has no day of the campaign, and what can be or will be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from optimizer.catalogue import Lang


LACK_OF_TIME: Final = frozenset({"horizon_full", "no_duty_days", "no_crew"})
"""Reasons that more time or more crews would end."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code for machines, and a sentence with an action in each language."""

    code: str
    zh: str
    en: str

    def sentence(self, lang: Lang) -> str:
        """What is wrong and what to do, in one language."""
        return self.zh if lang == "zh" else self.en


REASONS: Final = {
    reason.code: reason
    for reason in (
        Reason(
            "no_territory",
            "客户尚未划分台区：请重新运行 `zoufang campaign` 或 `zoufang territories`",
            "the customer came after territories were drawn: draw them again",
        ),
        Reason(
            "no_station",
            "客户没有供电所：请在客户表或台区表中填写供电所",
            "the customer has no station: fill in the station of the customer or of the area",
        ),
        Reason(
            "no_crew",
            "该供电所没有走访小组：请在小组表中添加，或把台区划给邻所",
            "the station has no crews: add some, or give the area to a neighbouring station",
        ),
        Reason(
            "no_location",
            "客户和台区都没有坐标：请补充其中之一",
            "neither the customer nor the area has coordinates: add one of them",
        ),
        Reason(
            "unreachable",
            "离可通行道路太远：请核对坐标，或调大 travel.max_walk_m",
            "too far from any usable road: check the coordinates, or raise travel.max_walk_m",
        ),
        Reason(
            "no_skilled_crew",
            "10 千伏客户，但该所没有具备 hv10kv 技能的小组：请为一个小组添加该技能",
            "a 10 kV customer, and no crew of the station has the skill hv10kv: give it to one",
        ),
        Reason(
            "too_long",
            "路程加走访时间超过一个工作日：请核对服务时长和坐标",
            "the ride and the visit exceed a working day: check service time and coordinates",
        ),
        Reason(
            "no_duty_days",
            "该所小组在期限内没有出勤日：请核对出勤日和休假",
            "no crew of the station is on duty within the horizon: check duty days and leave",
        ),
        Reason(
            "horizon_full",
            "期限内出勤日不够：请增加小组或出勤日，或推迟完成日期",
            "the horizon's duty days are used up: more crews or duty days, or a later finish",
        ),
    )
}

NEXT_STEPS: Final = {
    step.code: step
    for step in (
        Reason(
            "nobody_home",
            "上次无人在家：数日后换个时段再访；多次无人则转入返乡季、晚间或电话名单",
            "nobody was home: tried again at another time of day, after several tries on the list "
            "for the season, the evening or the telephone",
        ),
        Reason(
            "conflict",
            "两条记录互相矛盾：请办公室用 `zoufang settle` 核定以哪条为准",
            "two records contradict each other: the office says with `zoufang settle` which counts",
        ),
        Reason(
            "refused",
            "客户拒访：过些时候再征求一次意见，再次拒访则由办公室决定",
            "refused: asked once more after some months, then the office decides",
        ),
    )
}
"""What happens to customers who were tried and still need something."""
