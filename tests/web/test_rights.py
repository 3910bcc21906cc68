"""`optimizer.web`: who may reach what, and what every answer says."""

from __future__ import annotations

import datetime as dt
import re

import httpx
import pytest
from conftest import PASSWORD, PEOPLE
from desk_world import MONDAY, OTHER, STATION
from fastapi.routing import APIRoute

from optimizer.web.app import ROUTERS
from optimizer.web.rights import RIGHTS

OPEN = {"/healthz", "/sign-in"}
FORBIDDEN, LOGGED_OUT = 403, 401


def routes() -> list[tuple[str, str, APIRoute]]:
    return [
        (method, route.path, route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def right_of(route: APIRoute) -> str | None:
    """The right that a route asks for."""
    found = [one.call.right for one in route.dependant.dependencies if hasattr(one.call, "right")]
    return found[0] if found else None


def filled(path: str, station: str) -> str:
    """A path with something in each of its places."""
    facts = {
        "station": station,
        "date": MONDAY,
        "account": "0000000001",
        "number": "1",
        "name": "chief",
        "what": "reset",
        "lang": "zh",
        "step": "undo",
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], "x"), path)


@pytest.fixture(scope="module")
def signed_in(server):
    """A client for each person, and one who has not signed in."""
    clients = {}
    for name in PEOPLE:
        client = httpx.Client(base_url=server, headers={"Origin": server}, timeout=60)
        client.post("/sign-in", data={"name": name, "password": PASSWORD})
        clients[name] = client
    clients[""] = httpx.Client(base_url=server, headers={"Origin": server})
    yield clients
    for client in clients.values():
        client.close()


def test_every_route_asks_for_a_right():
    """A page that forgets to ask is open to everybody."""
    for _, path, route in routes():
        assert path in OPEN or right_of(route) in RIGHTS or path.startswith(("/p/", "/hand-in/"))


@pytest.mark.parametrize(("method", "path", "route"), routes(), ids=lambda one: str(one)[:60])
def test_who_has_no_right_gets_nothing(signed_in, method, path, route):
    """Each role, its own station and another one, and who is not signed in, at each route."""
    right = right_of(route)
    if right is None:
        return
    for name, (role, station) in PEOPLE.items():
        for asked in (STATION, OTHER):
            stranger = "{station}" in path and station not in {"", asked}
            if role in RIGHTS[right] and not stranger:
                continue
            answer = signed_in[name].request(method, filled(path, asked))
            assert answer.status_code == FORBIDDEN, (name, asked)
            assert "0000000001" not in answer.text
    answer = signed_in[""].request(method, filled(path, STATION), follow_redirects=False)
    assert answer.status_code in {303, LOGGED_OUT}


def test_another_site_cannot_act_in_ones_name(signed_in):
    """A form on any page in the world would be sent with the cookie."""
    for origin in ("https://evil.example", "null"):
        answer = signed_in["chief"].post(f"/s/{STATION}/{MONDAY}/plan", headers={"Origin": origin})
        assert answer.status_code == FORBIDDEN


def test_every_answer_forbids_what_a_page_does_not_need(signed_in):
    """A name with a script in it must not run, even where a template forgot to escape it."""
    for path in ("/sign-in", f"/s/{STATION}/morning", "/static/desk.css", "/nothing"):
        answer = signed_in["chief"].get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_signing_out_ends_the_session_on_the_server(server):
    """A cookie that somebody has copied is worth nothing afterwards."""
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=60) as client:
        client.post("/sign-in", data={"name": "clerk", "password": PASSWORD})
        cookie = client.cookies["zoufang"]
        assert client.get(f"/s/{STATION}/morning").status_code == 200
        client.post("/sign-out")
    again = httpx.get(
        f"{server}/s/{STATION}/morning", cookies={"zoufang": cookie}, follow_redirects=False
    )
    assert again.status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server):
    """What signs somebody in is read by nobody but the server."""
    answer = httpx.post(
        f"{server}/sign-in",
        data={"name": "clerk", "password": PASSWORD},
        headers={"Origin": server},
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_look_at_a_customer_is_logged(signed_in, people):
    """Who has looked at whose data is asked for by law, and by customers."""
    signed_in["clerk"].get(f"/s/{STATION}/customers/0000000003")
    signed_in["clerk"].post(f"/s/{STATION}/customers/0000000003/phone")
    rows = people.log(dt.date.min, dt.date.max)
    assert {("clerk", "seen", "0000000003"), ("clerk", "phone_seen", "0000000003")} <= {
        (row[1], row[3], row[4]) for row in rows
    }
    assert "0000000003" in signed_in["auditor"].get("/log.csv?first=2000-01-01").text


def test_a_customer_of_another_station_is_not_there(signed_in):
    """A chief sees his own station, whatever number he types."""
    answer = signed_in["other"].get(f"/s/{OTHER}/customers/0000000001")
    assert answer.status_code == 422
    assert "户" not in answer.text.split("</header>")[1].replace("户号", "")


def test_the_planner_begins_with_all_stations(signed_in):
    """Each role begins where its work is."""
    assert STATION in signed_in["planner"].get("/", follow_redirects=True).text
    begun = {name: signed_in[name].get("/", follow_redirects=True).url.path for name in PEOPLE}
    assert begun["admin"] == "/people"
    assert begun["auditor"] == "/log"
    assert begun["chief"] == f"/s/{STATION}/morning"


def test_healthz_answers_without_a_name(server):
    """A watcher has no account."""
    assert httpx.get(f"{server}/healthz").text == "ok"
