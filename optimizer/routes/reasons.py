"""Why a visit is not in the plan: proven by trying it with each crew, said in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import Unassigned
from optimizer.routes.insertion_cost import cheapest_insertion
from optimizer.routes.problem_arrays import IS_VISIT, ProblemArrays
from optimizer.routes.route_state import RouteState, empty_state, load_routes
from optimizer.routes.rules import hard_windows, may_go, too_early
from optimizer.routes.timing import INFEASIBLE, timed, timing_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model import CrewDay, Problem, Visit


class Reason(StrEnum):
    """Codes of reasons; `SENTENCES` says them."""

    NO_CREW = "no_crew"
    NO_LOCATION = "no_location"
    UNREACHABLE = "unreachable"
    NOT_TODAY = "not_today"
    NO_WINDOW = "no_window"
    NO_SKILL = "no_skill"
    FORBIDDEN = "forbidden"
    PINNED = "pinned"
    TOO_FAR = "too_far"
    NOT_IN_TIME = "not_in_time"
    OVER_LIMIT = "over_limit"
    DAY_FULL = "day_full"
    OUTWEIGHED = "outweighed"
    OFF_SHEET = "off_sheet"
    WAITING = "waiting"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A reason and what to do about it."""

    reason: str
    action: str


SENTENCES: dict[str, dict[Reason, Sentence]] = {
    "en": {
        Reason.NO_CREW: Sentence("no crew is on duty", "put a crew on duty or choose another day"),
        Reason.NO_LOCATION: Sentence(
            "the customer has no coordinates", "fill in longitude and latitude and import again"
        ),
        Reason.UNREACHABLE: Sentence(
            "no usable road leads near the house", "check the coordinates, or add the missing path"
        ),
        Reason.NOT_TODAY: Sentence(
            "may not be visited before {day}", "plan it on that day or later"
        ),
        Reason.NO_WINDOW: Sentence(
            "its time windows and pins leave no time on this day",
            "ask the customer for another time, or take the pin off",
        ),
        Reason.NO_SKILL: Sentence(
            "no crew on duty has {skills}", "put a crew with this certificate on duty"
        ),
        Reason.FORBIDDEN: Sentence(
            "every crew that could go is forbidden to", "lift the prohibition or add a crew"
        ),
        Reason.PINNED: Sentence(
            "it is pinned to crew {crew}, which cannot take it", "take the pin off"
        ),
        Reason.TOO_FAR: Sentence(
            "even alone it does not fit a shift: {hours} h from leaving to return",
            "give the crew a longer shift, or a start nearer by",
        ),
        Reason.NOT_IN_TIME: Sentence(
            "even alone no crew can be there within its time window",
            "ask the customer for another time",
        ),
        Reason.OVER_LIMIT: Sentence(
            "even alone it exceeds the limits of every crew (visits, travel or load)",
            "raise the limit of a crew",
        ),
        Reason.DAY_FULL: Sentence(
            "{count} crews could make it, but it fits nowhere in their day",
            "add a crew, widen its time window, or leave it for another day",
        ),
        Reason.OUTWEIGHED: Sentence(
            "it would cost {minutes} min more, beyond its priority of {price} min",
            "raise its priority, pin it to a crew, or leave it for another day",
        ),
        Reason.OFF_SHEET: Sentence(
            "it is on no printed sheet: adding it would cost {minutes} min and {added} min for the"
            " change, beyond its priority of {price} min",
            "pin it to a crew, lower day.keep_sheet_min, or leave it for another day",
        ),
        Reason.WAITING: Sentence(
            "more pressing visits fill the day's crews", "it stays due and comes up again tomorrow"
        ),
        Reason.NOT_GIVEN: Sentence(
            "the given plan leaves it out", "add it to a route, or have the plan completed"
        ),
    },
    "zh": {
        Reason.NO_CREW: Sentence("当天没有小组值班", "安排小组值班或改日走访"),
        Reason.NO_LOCATION: Sentence("客户没有坐标", "补录经纬度后重新导入"),
        Reason.UNREACHABLE: Sentence("房屋附近没有可通行道路", "核对坐标，或补画缺失的小路"),
        Reason.NOT_TODAY: Sentence("{day} 之前不得走访", "改在该日或以后走访"),
        Reason.NO_WINDOW: Sentence("可访时段与固定安排当天无交集", "与客户另约时间，或取消固定"),
        Reason.NO_SKILL: Sentence("值班小组都没有资质：{skills}", "安排有该资质的小组值班"),
        Reason.FORBIDDEN: Sentence("能去的小组都被禁止前往", "取消禁止或增派小组"),
        Reason.PINNED: Sentence("固定给小组 {crew}，但该组无法完成", "取消固定"),
        Reason.TOO_FAR: Sentence(
            "单独前往也超出班次：往返共需 {hours} 小时", "延长班次，或从更近处出发"
        ),
        Reason.NOT_IN_TIME: Sentence("单独前往也赶不上其可访时段", "与客户另约时间"),
        Reason.OVER_LIMIT: Sentence(
            "单独前往也超出所有小组的上限（户数、行程或携带量）", "放宽某一小组的上限"
        ),
        Reason.DAY_FULL: Sentence(
            "有 {count} 个小组可去，但当天行程中都插不进", "增派小组、放宽时段或改日走访"
        ),
        Reason.OUTWEIGHED: Sentence(
            "需多花 {minutes} 分钟，超过其优先级 {price} 分钟",
            "提高优先级、固定给某一小组，或改日走访",
        ),
        Reason.OFF_SHEET: Sentence(
            "打印的派工单上没有：加入需多花 {minutes} 分钟，另计变动 {added} 分钟，"
            "超过其优先级 {price} 分钟",
            "固定给某一小组、调低 day.keep_sheet_min，或改日走访",
        ),
        Reason.NOT_GIVEN: Sentence("所给的计划中没有安排", "加入某条路线，或让程序补全计划"),
        Reason.WAITING: Sentence("当天小组已排满更紧要的走访", "仍在待访之列，次日再排"),
    },
}


REASONS: dict[str, str] = {
    str(code): f"{sentence.reason}: {sentence.action}" for code, sentence in SENTENCES["en"].items()
}
"""Every code and its line in the README."""


def unassigned(visit: Visit, reason: Reason, lang: str = "zh", **facts: object) -> Unassigned:
    """A visit that is not in the plan, with the sentences of a reason."""
    sentence = SENTENCES[lang][reason]
    return Unassigned(
        visit_id=visit.visit_id,
        code=str(reason),
        reason=sentence.reason.format(**facts),
        action=sentence.action.format(**facts),
    )


def explain(
    problem: Problem, data: ProblemArrays, state: RouteState, visits: Iterable[Visit], lang: str
) -> Iterator[Unassigned]:
    """The reason of each visit that a finished plan leaves out.

    Parameters
    ----------
    data, state
        The problem's arrays and the finished plan.
    """
    trial = _Trial(problem, data, state, _only_lunches(data), lang)
    index = {visit.visit_id: k for k, visit in enumerate(problem.visits)}
    for visit in visits:
        yield by_rule(problem, visit, lang) or trial.reason(visit, index[visit.visit_id])


def _only_lunches(data: ProblemArrays) -> RouteState:
    """Routes without a visit, in which crews who lunch at a place do nothing else."""
    empty = empty_state(data, 0)
    rows = np.full((len(data.crew), len(data.task) + 2), -1, dtype=np.int32)
    for meal in np.flatnonzero(data.task[:, IS_VISIT] == 0):
        rows[data.crew_cost[meal] >= 0, 0] = meal
    load_routes(data, empty, rows, np.zeros(len(data.task), dtype=np.int64))
    return empty


def by_rule(  # noqa: PLR0911  (one return a reason)
    problem: Problem, visit: Visit, lang: str = "zh"
) -> Unassigned | None:
    """The reason why no crew may make the visit whatever the routes, or None."""
    if not problem.crews:
        return unassigned(visit, Reason.NO_CREW, lang)
    if too_early(problem, visit):
        return unassigned(visit, Reason.NOT_TODAY, lang, day=visit.not_before)
    if not hard_windows(visit):
        return unassigned(visit, Reason.NO_WINDOW, lang)
    skilled = [crew for crew in problem.crews if visit.skills <= crew.skills]
    if not skilled:
        return unassigned(visit, Reason.NO_SKILL, lang, skills=", ".join(sorted(visit.skills)))
    free = [crew for crew in skilled if crew.crew_id not in visit.forbidden_crews]
    if not free:
        return unassigned(visit, Reason.FORBIDDEN, lang)
    whole = {crew_id for crew_id, _ in problem.pinned_routes}
    if not any(may_go(crew, visit) and crew.crew_id not in whole for crew in free):
        crew_id = visit.pinned_crew or ", ".join(sorted(whole))
        return unassigned(visit, Reason.PINNED, lang, crew=crew_id)
    return None


@dataclass(frozen=True, slots=True)
class _Trial:
    """A finished plan and an empty one in which a visit is tried with every crew."""

    problem: Problem
    data: ProblemArrays
    state: RouteState
    empty: RouteState
    lang: str

    def reason(self, visit: Visit, task: int) -> Unassigned:
        """Why a visit that some crew may make is not in the plan."""
        able = [r for r in range(len(self.problem.crews)) if self.data.crew_cost[task, r] >= 0]
        extra = min(self._extra(self.state, task, r) for r in able)
        if extra < INFEASIBLE:
            ride_s = extra - visit.added_price
            facts = {"minutes": round(ride_s / 60), "price": round(visit.price / 60)}
            if visit.added_price and ride_s <= visit.price:
                facts["added"] = round(visit.added_price / 60)
                return unassigned(visit, Reason.OFF_SHEET, self.lang, **facts)
            return unassigned(visit, Reason.OUTWEIGHED, self.lang, **facts)
        alone = [r for r in able if self._extra(self.empty, task, r) < INFEASIBLE]
        if not alone:
            return self._not_even_alone(visit, [self.problem.crews[r] for r in able])
        return unassigned(visit, Reason.DAY_FULL, self.lang, count=len(alone))

    def _extra(self, state: RouteState, task: int, crew: int) -> float:
        """Price of the cheapest place with a crew; BROKEN if there is none."""
        return float(cheapest_insertion(self.data, state, task, crew, INFEASIBLE, 0.0)[3])

    def _not_even_alone(self, visit: Visit, crews: list[CrewDay]) -> Unassigned:
        """Why none of the crews can make it on a day without any other visit."""
        if any(timing_penalty(self.problem, crew, (visit,)) < INFEASIBLE for crew in crews):
            return unassigned(visit, Reason.OVER_LIMIT, self.lang)
        free = replace(visit, windows=(), pinned_start_s=None, failed_s=None)
        if any(timing_penalty(self.problem, crew, (free,)) < INFEASIBLE for crew in crews):
            return unassigned(visit, Reason.NOT_IN_TIME, self.lang)
        if visit.pinned_crew:
            return unassigned(visit, Reason.PINNED, self.lang, crew=visit.pinned_crew)
        days = [timed(self.problem, crew, (free,)) for crew in crews]
        hours = min(day.end_s - day.start_s for day in days) / 3600
        return unassigned(visit, Reason.TOO_FAR, self.lang, hours=f"{hours:.1f}")
