"""What a crew is given, and what is left lying about: no other crew's customers are in it."""

from __future__ import annotations

import tempfile

import pypdf
import pytest
from desk_world import CREWS, MONDAY, STATION, make_county

from optimizer.desk import Campaign, Move
from optimizer.errors import ZoufangError

NAMES = ["龙小红", "王二明", "李大山", "张立新", "刘春燕", "陈国强", "杨冬梅", "赵永安"]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A day of two crews, printed; where it lies, its plan, and what lies about afterwards."""
    base = tmp_path_factory.mktemp("own")
    path = make_county(base / "county", households=len(NAMES), names=NAMES)
    about = base / "tmp"
    about.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(about)
    try:
        with Campaign(path, today="2027-01-03") as campaign:
            plan = campaign.plan_day(STATION, MONDAY, iterations=100)
            stops = [stop.visit_id for route in plan.routes for stop in route.stops]
            move = Move(visits=tuple(stops[:3]), crew=CREWS[1], after=0)
            campaign.edit_board(STATION, MONDAY, move, revision=-1)
            plan = campaign.take_board(STATION, MONDAY, revision=1)
            folder = campaign.write_day(plan)
            pages = campaign.phone_pages(STATION, MONDAY, dict.fromkeys(CREWS, "here"))
            with pytest.raises(ZoufangError) as refused:
                campaign.give_up(STATION, MONDAY, "another")
    finally:
        tempfile.tempdir = before
    return plan, folder, pages, about, refused.value


def customers_of(plan, crew):
    """Accounts and names of a crew's customers."""
    stops = {s.visit_id for route in plan.routes if route.crew_id == crew for s in route.stops}
    return {
        text
        for visit in plan.visits
        if visit.visit_id in stops
        for text in (visit.account_no, visit.name)
    }


@pytest.mark.parametrize("crew", CREWS)
def test_a_crew_s_paper_and_page_name_its_own_customers_alone(given, crew):
    """A sheet that is lost in the rain gives away twenty households, not four hundred."""
    plan, folder, pages, _, _ = given
    (other,) = set(CREWS) - {crew}
    own, strange = customers_of(plan, crew), customers_of(plan, other)
    assert own
    assert strange
    (paper,) = folder.rglob(f"{crew}*.pdf")
    sheet = "".join(page.extract_text() for page in pypdf.PdfReader(paper).pages)
    (page,) = folder.rglob(f"{crew}*.html")
    for text in (sheet, page.read_text(encoding="utf-8"), pages[crew]):
        assert any(one in text for one in own)
        assert not [one for one in strange if one in text]


def test_nothing_is_left_lying_about_and_no_error_tells_of_customers(given):
    """Temporary files go with the command; a refusal names what was asked for, nobody else."""
    plan, _, _, about, refused = given
    assert list(about.rglob("*")) == []
    for lang in ("zh", "en"):
        said = refused.in_words(lang)
        assert not [one for crew in CREWS for one in customers_of(plan, crew) if one in said]
