"""`optimizer.dayplan.board` and `optimizer.desk.boards`: a day changed by a chief's hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from desk_world import CREWS, MONDAY, STATION, make_county
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.checker import check
from optimizer.dayplan.board import (
    SOFT,
    Absence,
    Board,
    Call,
    Lock,
    Move,
    MoveRoute,
    Weather,
    edited,
)
from optimizer.desk import Campaign
from optimizer.desk.boards import StaleBoardError
from optimizer.desk.kept_doors import KeptDoors
from optimizer.errors import BoardError

FIRST, SECOND = CREWS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve households; the first crew's block holds all but the last."""
    path = make_county(tmp_path_factory.mktemp("board") / "county", households=12)
    with Campaign(path, today="2027-01-03") as campaign:
        campaign.plan_day(STATION, MONDAY, iterations=200)
    return path


@pytest.fixture
def county(folder):
    """The campaign as the chief opens it; what he has not taken is forgotten afterwards."""
    with Campaign(folder, today="2027-01-03", who="所长") as campaign:
        yield campaign
        draft = campaign.drafts.get(STATION, campaign.day(MONDAY))
        if draft is not None:
            campaign.drop_draft(STATION, MONDAY, revision=draft.revision)


@pytest.fixture
def board(county):
    """The day as it is printed."""
    return county.board(STATION, MONDAY).board


def names(board: Board) -> list[str]:
    return board.stops()[FIRST]


def test_a_move_times_both_crews_anew(board):
    """Who takes a stop from one crew and gives it to another sees both days as they then are."""
    one = names(board)[2]
    new = edited(board, Move(visits=(one,), crew=SECOND))
    assert new.stops()[SECOND] == [one]
    assert one not in new.stops()[FIRST]
    assert {violation.rule for violation in new.broken} == {"other_crew"}
    assert not check(new.problem, new.plan.routes, new.plan.unassigned)


def test_a_move_within_a_crew_counts_positions_as_they_are_seen(board):
    """A stop dragged behind the fourth stands behind the one that was fourth."""
    order = names(board)
    new = edited(board, Move(visits=(order[0],), crew=FIRST, after=4))
    assert new.stops()[FIRST] == [*order[1:4], order[0], *order[4:]]


def test_what_is_taken_off_says_so_and_comes_back(board):
    """Nothing is dropped without a word: the tray has it, and why."""
    one = names(board)[0]
    off = edited(board, Move(visits=(one,), crew=None))
    assert [(u.visit_id, u.code) for u in off.plan.unassigned] == [(one, "by_hand")]
    back = edited(off, Move(visits=(one,), crew=FIRST))
    assert not back.plan.unassigned
    assert sorted(names(back)) == sorted(names(board))


def test_an_ill_crew_hands_its_doors_to_the_tray(board):
    """The chief decides who takes them: none may vanish with the crew."""
    ill = edited(board, Absence(crew=FIRST))
    assert {one.code for one in ill.plan.unassigned} == {"off_duty"}
    assert len(ill.plan.unassigned) == len(names(board))
    with pytest.raises(BoardError, match=FIRST):
        edited(ill, Move(visits=(names(board)[0],), crew=FIRST))
    well = edited(ill, Absence(crew=FIRST, absent=False))
    assert well.plan.absent == ()


def test_a_locked_time_that_cannot_be_kept_is_a_hard_break(board):
    """A promise that the route no longer keeps must stop the printer until it is confirmed."""
    order = names(board)
    held = edited(board, Lock(what="time", name=order[0]))
    assert held.hard == ()
    late = edited(held, Move(visits=tuple(order[1:]), crew=FIRST, after=0))
    assert order[0] in {one.visit for one in late.hard}


def test_rain_makes_every_crew_later(board):
    """Rides take longer, doors do not."""
    wet = edited(board, Weather(slower=1.5))
    assert wet.plan.routes[0].end_s > board.plan.routes[0].end_s
    assert wet.plan.routes[0].service_s == board.plan.routes[0].service_s
    with pytest.raises(BoardError, match="0\\.5"):
        edited(board, Weather(slower=0.5))


def test_the_rest_is_planned_around_what_the_chief_has_done(county):
    """What he has placed stays placed, what he has taken off stays off."""
    order = names(county.board(STATION, MONDAY).board)
    at = county.edit_board(
        STATION, MONDAY, Move(visits=(order[0],), crew=SECOND), revision=-1, name="a"
    )
    at = county.edit_board(
        STATION, MONDAY, Move(visits=(order[1],), crew=None), revision=at.revision, name="b"
    )
    at = county.complete_board(STATION, MONDAY, revision=at.revision, name="c", iterations=100)
    stops = at.board.stops()
    assert order[0] in stops[SECOND]
    assert order[1] not in stops[FIRST] + stops[SECOND]
    assert {u.visit_id: u.code for u in at.board.plan.unassigned}[order[1]] == "by_hand"
    assert at.board.hard == ()


def test_one_more_customer_is_added_where_it_is_cheapest(county):
    """The best place that is offered is the place that a call without a position gets."""
    account = "0000000011"
    best = county.best_places(STATION, MONDAY, account)[0]
    plan = county.board(STATION, MONDAY).board.plan
    call = Call(visit=county.visit_of(plan, account), crew=best.crew_id)
    at = county.edit_board(STATION, MONDAY, call, revision=-1, name="call")
    stops = at.board.stops()[best.crew_id]
    assert [at.board.visit(name).account_no for name in stops].count(account) == 1
    completed = county.complete_board(
        STATION, MONDAY, revision=at.revision, name="rest", iterations=50
    )
    assert call.visit.visit_id in completed.board.stops()[best.crew_id]


def test_the_later_of_two_chiefs_sees_what_the_first_has_done(county):
    """Nothing is lost when two change one plan: the later one is told, and his is not made."""
    order = names(county.board(STATION, MONDAY).board)
    county.edit_board(STATION, MONDAY, Move(visits=(order[0],), crew=None), revision=-1, name="a")
    with pytest.raises(StaleBoardError) as stale:
        county.edit_board(
            STATION, MONDAY, Move(visits=(order[1],), crew=None), revision=-1, name="b"
        )
    assert [step.name for step in stale.value.draft.done] == ["a"]
    assert order[1] in names(county.board(STATION, MONDAY).board)


def test_a_plan_that_breaks_hard_rules_needs_a_reason(tmp_path):
    """A chief may do what no rule allows, but not by mistake, and the book knows why."""
    path = make_county(tmp_path / "county")
    with Campaign(path, today="2027-01-03", who="所长") as county:
        county.plan_day(STATION, MONDAY, iterations=50)
        order = names(county.board(STATION, MONDAY).board)
        at = county.edit_board(
            STATION, MONDAY, Lock(what="time", name=order[-1]), revision=-1, name="lock"
        )
        at = county.edit_board(
            STATION, MONDAY, Weather(slower=3.0), revision=at.revision, name="rain"
        )
        assert at.board.hard
        with pytest.raises(BoardError, match=str(len(at.board.hard))):
            county.take_board(STATION, MONDAY, revision=at.revision)
        plan = county.take_board(STATION, MONDAY, revision=at.revision, reason="客户坚持")
        assert plan.version == 2
        assert county.day_plan(STATION, MONDAY) == plan
        noted = county.register.events("rules_broken")
        assert list(noted["who"]) == ["所长"]
        assert "客户坚持" in noted["body"].iloc[0]
        assert county.board(STATION, MONDAY).draft is None


def test_doors_are_kept_of_the_days_looked_at_last(county):
    """A process that plans for months must not keep every day that it has ever seen."""
    kept, made = KeptDoors(2), []
    plan = county.day_plan(STATION, MONDAY)
    days = [replace(plan, date=plan.date + dt.timedelta(days=k)) for k in range(3)]

    def doors_of(day):
        return kept.of(day, lambda: made.append(day.date) or county.doors(plan))

    for k in (0, 1, 0, 2, 0, 1):
        doors_of(days[k])
    assert made == [days[0].date, days[1].date, days[2].date, days[1].date]
    doors_of(replace(days[1], visits=plan.visits[1:]))
    assert len(made) == 4
    one_more = replace(plan.visits[0], visit_id="another")
    for _ in range(2):
        doors_of(replace(days[1], visits=(*plan.visits, one_more)))
        doors_of(days[1])
    assert len(made) == 5


edits = st.one_of(
    st.tuples(
        st.just("move"),
        st.integers(0, 10),
        st.sampled_from([*CREWS, None]),
        st.none() | st.integers(0, 12),
    ),
    st.tuples(st.just("route"), st.sampled_from(CREWS)),
    st.tuples(
        st.just("lock"), st.sampled_from(["visit", "time"]), st.integers(0, 10), st.booleans()
    ),
    st.tuples(st.just("crew"), st.sampled_from(CREWS), st.booleans()),
    st.tuples(st.just("absent"), st.sampled_from(CREWS), st.booleans()),
    st.tuples(st.just("rain"), st.sampled_from([1.0, 1.2, 1.5])),
    st.just(("undo",)),
    st.just(("redo",)),
)


def as_edit(one, board):
    visits = [visit.visit_id for visit in board.plan.visits]
    what, *facts = one
    makers = {
        "move": lambda k, crew, after: Move(visits=(visits[k],), crew=crew, after=after),
        "route": lambda crew: MoveRoute(crew=crew, to=CREWS[crew == FIRST]),
        "lock": lambda kind, k, on: Lock(what=kind, name=visits[k], on=on),
        "crew": lambda crew, on: Lock(what="crew", name=crew, on=on),
        "absent": lambda crew, absent: Absence(crew=crew, absent=absent),
        "rain": lambda slower: Weather(slower=slower),
    }
    return makers[what](*facts)


@settings(max_examples=20)
@given(wanted=st.lists(edits, min_size=5, max_size=40))
def test_no_edit_loses_a_visit_and_undoing_all_gives_the_first_plan_back(folder, wanted):
    """Whatever a chief does, each visit is in one place, and what is shown is what is broken."""
    with Campaign(folder, today="2027-01-03", who="所长") as county:
        draft = county.drafts.get(STATION, county.day(MONDAY))
        if draft is not None:
            county.drop_draft(STATION, MONDAY, revision=draft.revision)
        printed = at = county.board(STATION, MONDAY)
        for one in wanted:
            try:
                at = perform(county, one, at)
            except (BoardError, StaleBoardError):
                at = county.board(STATION, MONDAY)
            plan = at.board.plan
            served = [stop.visit_id for route in plan.routes for stop in route.stops]
            places = Counter([*served, *(u.visit_id for u in plan.unassigned)])
            assert places == Counter(visit.visit_id for visit in plan.visits)
            aside = plan.unassigned
            wrong = {(v.rule, v.crew, v.visit) for v in check(at.board.problem, plan.routes, aside)}
            shown = {(v.rule, v.crew, v.visit) for v in at.board.broken}
            assert wrong <= shown
            assert {rule for rule, _, _ in shown - wrong} <= SOFT
        while at.draft is not None and at.draft.done:
            at = county.undo_edit(STATION, MONDAY, revision=at.revision)
        assert at.board.plan == printed.board.plan


def perform(county, one, at):
    if one == ("undo",):
        return county.undo_edit(STATION, MONDAY, revision=at.revision)
    if one == ("redo",):
        return county.redo_edit(STATION, MONDAY, revision=at.revision)
    edit = as_edit(one, at.board)
    return county.edit_board(STATION, MONDAY, edit, revision=at.revision, name=one[0])
