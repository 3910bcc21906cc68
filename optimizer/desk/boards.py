"""The chief's board: a day changed by hand, step by step, before it is printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.desk.days import Days
from optimizer.desk.kept_doors import KeptDoors
from optimizer.desk.opened import day_of
from optimizer.errors import BoardError, CampaignError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from optimizer.dayplan import Difference
    from optimizer.dayplan.board import Board, Edit, Preview
    from optimizer.model import DayPlan, Problem, Visit
    from optimizer.register.drafts import Draft, Drafts
    from optimizer.routes import Fit
    from optimizer.routes.multistart import Watch

MOST_DAYS = 4
"""Of so many days a campaign keeps the doors; a server keeps those of more."""
ASIDE = 0.01
"""Roads are drawn so many degrees beyond the doors: about a kilometre."""


class StaleBoardError(BoardError):
    """Somebody else has changed the board in between; nothing was changed.

    Attributes
    ----------
    draft
        As it is now.
    """

    def __init__(self, draft: Draft | None) -> None:
        super().__init__("board.stale")
        self.draft = draft


@dataclass(frozen=True, kw_only=True)
class OpenBoard:
    """A station's day as the chief sees it.

    Attributes
    ----------
    board
        Plan and doors.
    draft
        Steps that can be undone and done again, None where nothing has been changed.
    printed
        The plan that stands in the register.
    """

    board: Board
    draft: Draft | None
    printed: DayPlan

    @property
    def revision(self) -> int:
        """To be handed in with the next change; -1 where there is no draft."""
        return -1 if self.draft is None else self.draft.revision

    @property
    def outdated(self) -> bool:
        """Whether the register's plan has been made anew since the draft began."""
        return self.draft is not None and self.draft.base != self.printed.version

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What is different from the register's plan."""
        from optimizer.dayplan import differences

        return differences(self.printed, self.board.plan)


class Boards(Days):
    """Wishes of a chief who changes a day by hand.

    Every change is handed in with the revision that the chief has seen; where another has been
    quicker, `StaleBoardError` carries the draft as it is now, and nothing is changed.
    """

    @cached_property
    def drafts(self) -> Drafts:
        """The drafts beside the register."""
        from optimizer.register.drafts import Drafts

        return Drafts(self.path / "drafts.sqlite")

    @cached_property
    def _doors(self) -> KeptDoors:
        return KeptDoors(MOST_DAYS)

    def doors(self, plan: DayPlan) -> Problem:
        """The doors and rides of a plan's day; kept until the day has others."""
        from optimizer.dayplan.board import board_problem

        return self._doors.of(plan, lambda: board_problem(self.context, plan))

    def board(self, station: str, date: dt.date | str) -> OpenBoard:
        """A station's day with what has been changed by hand.

        Raises
        ------
        CampaignError
            The day has no plan.
        """
        from optimizer.dayplan.board import Board

        printed = self.day_plan(station, date)
        draft = self.drafts.get(station, printed.date)
        plan = printed if draft is None else draft.plan
        return OpenBoard(
            board=Board(plan=plan, doors=self.doors(plan)), draft=draft, printed=printed
        )

    def preview_edit(self, opened: OpenBoard, edit: Edit) -> Preview:
        """What an edit of an open board would cost and break; nothing is changed."""
        from optimizer.dayplan.board import preview

        return preview(self._with_call(opened.board, edit), edit, self.lang)

    def edit_board(
        self, station: str, date: dt.date | str, edit: Edit, *, revision: int, name: str = ""
    ) -> OpenBoard:
        """Make an edit and keep it as a step.

        Parameters
        ----------
        name
            What the step is called when it is to be undone.

        Raises
        ------
        BoardError
            It cannot be made.
        StaleBoardError
            Another has changed the board in between.
        """
        from optimizer.dayplan.board import edited

        opened = self.board(station, date)
        if opened.revision != revision:
            raise StaleBoardError(opened.draft)
        new = edited(self._with_call(opened.board, edit), edit, self.lang)
        return self._kept(opened, new.plan, name)

    def complete_board(
        self,
        station: str,
        date: dt.date | str,
        *,
        revision: int,
        name: str = "",
        seconds: float = 3.0,
        iterations: int | None = None,
        watch: Watch | None = None,
    ) -> OpenBoard:
        """Plan the rest around what the chief has placed, taken off and locked; keep it as a step.

        Raises
        ------
        StaleBoardError
            Another has changed the board in between.
        """
        opened = self.board(station, date)
        if opened.revision != revision:
            raise StaleBoardError(opened.draft)
        plan = self.completed(
            opened.board.plan, seconds=seconds, iterations=iterations, watch=watch
        )
        return self._kept(opened, plan, name)

    def completed(
        self,
        plan: DayPlan,
        *,
        seconds: float | None = 3.0,
        iterations: int | None = None,
        watch: Watch | None = None,
    ) -> DayPlan:
        """A plan with the rest planned around what the chief has fixed in it; nothing is stored."""
        from optimizer.dayplan import Change, read_day, replan, search_end
        from optimizer.dayplan.board import around_hand

        asked = frozenset(
            visit.visit_id for visit in plan.visits if visit.pinned_crew is not None
        ) | {stop.visit_id for route in plan.routes for stop in route.stops}
        station = plan.station.station_id
        known = read_day(self.context, station, plan.date, plan.visits, asked, today=self.today)
        day = around_hand(known, plan)
        end = search_end(self.settings, seconds, iterations)
        seed = self.settings.campaign.seed
        new, _, _ = replan(day, plan, Change(), end, self.settings, seed, watch=watch)
        return new

    def replan_board(
        self,
        station: str,
        date: dt.date | str,
        *,
        absent: Collection[str] = (),
        slower: float | None = None,
        name: str = "",
        seconds: float | None = None,
        iterations: int | None = None,
        watch: Watch | None = None,
    ) -> OpenBoard:
        """Plan a day that stands anew, with these crews absent and rides that take so much longer.

        The printed plan stays until the board is taken.
        """
        from optimizer.dayplan.board import Absence, Weather, edited

        opened = self.board(station, date)
        board = opened.board
        for crew in sorted(set(absent) ^ set(board.plan.absent)):
            board = edited(board, Absence(crew=crew, absent=crew in absent), self.lang)
        if slower is not None:
            board = edited(board, Weather(slower=slower), self.lang)
        plan = self.completed(board.plan, seconds=seconds, iterations=iterations, watch=watch)
        return self._kept(opened, plan, name)

    def undo_edit(self, station: str, date: dt.date | str, *, revision: int) -> OpenBoard:
        """Take the latest step back; where there is none, all stays as it is.

        Raises
        ------
        StaleBoardError
            Another has changed the board in between.
        """
        done = self.drafts.undo(station, day_of(date), revision)
        return self._stepped(station, date, revision, done=done)

    def redo_edit(self, station: str, date: dt.date | str, *, revision: int) -> OpenBoard:
        """Make the step again that was taken back last; where there is none, all stays as it is.

        Raises
        ------
        StaleBoardError
            Another has changed the board in between.
        """
        done = self.drafts.redo(station, day_of(date), revision)
        return self._stepped(station, date, revision, done=done)

    def drop_draft(self, station: str, date: dt.date | str, *, revision: int) -> OpenBoard:
        """Go back to the register's plan.

        Raises
        ------
        StaleBoardError
            Another has changed the board in between.
        """
        done = self.drafts.drop(station, day_of(date), revision)
        return self._stepped(station, date, revision, done=done)

    def take_board(
        self,
        station: str,
        date: dt.date | str,
        *,
        revision: int,
        reason: str = "",
        over: bool = False,
    ) -> DayPlan:
        """Make the board the day's plan that is printed: the next version in the register.

        Parameters
        ----------
        reason
            Why it may break hard rules; it is noted beside the plan.
        over
            Also where the day has been planned anew since the board was begun.

        Raises
        ------
        BoardError
            It breaks hard rules and no reason is given, or the day has been planned anew.
        StaleBoardError
            Another has changed the board in between.
        """
        opened = self.board(station, date)
        if opened.draft is None:
            return opened.printed
        if opened.revision != revision:
            raise StaleBoardError(opened.draft)
        if opened.outdated and not over:
            raise BoardError("board.outdated", version=opened.printed.version)
        hard = opened.board.hard
        if hard and not reason.strip():
            raise BoardError("board.breaks_rules", count=len(hard))
        plan = self.register.save_day_plan(replace(opened.board.plan, version=0))
        if hard:
            self._note_broken(plan, [one.rule for one in hard], reason.strip())
        self.drafts.drop(station, plan.date, revision)
        return plan

    def _note_broken(self, plan: DayPlan, rules: list[str], reason: str) -> None:
        """Note that a chief has had a plan printed that breaks rules, and why."""
        body = {"version": plan.version, "rules": rules, "reason": reason}
        station = plan.station.station_id
        self.register.record("rules_broken", body, station=station, date=plan.date)

    def best_places(self, station: str, date: dt.date | str, account_no: str) -> list[Fit]:
        """The three best places for one more customer, the cheapest first.

        Raises
        ------
        CampaignError
            The customer is not the station's, or has no place.
        """
        from optimizer.dayplan.board import Board

        board = self.board(station, date).board
        visit = self.visit_of(board.plan, account_no)
        if visit in board.plan.visits:
            return board.best_places(board.visit(visit.visit_id))
        plan = replace(board.plan, visits=(*board.plan.visits, visit))
        wider = Board(plan=plan, doors=self.doors(plan))
        return wider.best_places(wider.visit(visit.visit_id))

    def roads_of_day(self, plan: DayPlan) -> list[list[tuple[float, float]]]:
        """Roads about the doors of a day, as lines of latitudes and longitudes, to draw."""
        places = [visit.location for visit in plan.visits if visit.location is not None]
        east, north = (
            [getattr(one, way) for one in (*places, plan.station.location)]
            for way in ("lon", "lat")
        )
        box = (min(east) - ASIDE, min(north) - ASIDE, max(east) + ASIDE, max(north) + ASIDE)
        return [
            [(round(lat, 5), round(lon, 5)) for lon, lat in points]
            for _, points in self.roads.lines(box)
        ]

    def visit_of(self, plan: DayPlan, account_no: str) -> Visit:
        """The visit of a customer on a day: one that is on offer, else one more call.

        Raises
        ------
        CampaignError
            The customer is not the station's, has no place, or stands in a route already.
        """
        from optimizer.dayplan.board import ADDED

        stops = {
            stop.visit_id: (route.crew_id, row)
            for route in plan.routes
            for row, stop in enumerate(route.stops, 1)
        }
        for visit in plan.visits:
            if visit.account_no == account_no:
                if visit.visit_id in stops:
                    crew, row = stops[visit.visit_id]
                    raise CampaignError("day.planned", account=account_no, crew=crew, row=row)
                return visit
        call = self.one_more_call(plan, account_no)
        return replace(call, visit_id=f"{ADDED}{account_no}")

    def one_more_call(self, plan: DayPlan, account_no: str) -> Visit:
        """A call on a customer who is not on offer.

        Raises
        ------
        CampaignError
            The customer is not the station's, or has no place.
        """
        from optimizer.dayplan.questions import one_more_call

        return one_more_call(self.context, plan, account_no)

    def _with_call(self, board: Board, edit: Edit) -> Board:
        """The board with the doors that it needs for an edit."""
        from optimizer.dayplan.board import Board, Call

        if not isinstance(edit, Call):
            return board
        plan = replace(board.plan, visits=(*board.plan.visits, edit.visit))
        return Board(plan=board.plan, doors=self.doors(plan))

    def _kept(self, opened: OpenBoard, plan: DayPlan, name: str) -> OpenBoard:
        printed = opened.printed
        station, who = printed.station.station_id, self.who
        draft = opened.draft
        if draft is None:
            self.drafts.begin(printed, who)
        revision = 0 if draft is None else draft.revision
        if not self.drafts.add(plan, revision, name, who):
            raise StaleBoardError(self.drafts.get(station, printed.date))
        return self.board(station, printed.date)

    def _stepped(
        self, station: str, date: dt.date | str, revision: int, *, done: bool
    ) -> OpenBoard:
        draft = self.drafts.get(station, day_of(date))
        if not done and revision != (-1 if draft is None else draft.revision):
            raise StaleBoardError(draft)
        return self.board(station, date)
