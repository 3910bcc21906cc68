"""`optimizer.vroom_json`: VROOM's JSON in and out."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import ProblemError
from optimizer.vroom_json import route_json

STREET = [[abs(a - b) * 60 for b in range(7)] for a in range(7)]


def document(**more):
    """A street with a house every minute; one vehicle from its beginning and back."""
    values = {
        "jobs": [
            {"id": 11, "location_index": 3, "service": 300, "description": "mill"},
            {"id": 12, "location_index": 5, "service": 300},
        ],
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 7200]}],
        "matrices": {"car": {"durations": STREET, "distances": STREET}},
    }
    return values | more


def answer(given, **more):
    """The answer after a few iterations; it is JSON."""
    out = route_json(given, iterations=200, **more)
    return json.loads(json.dumps(out))


def test_a_small_problem_has_vrooms_answer():
    """The sum: 10 minutes of travel, 10 of service; the far house on the way out or home."""
    out = answer(document())
    assert out["code"] == 0
    assert out["summary"]["cost"] == 600
    assert (out["summary"]["service"], out["summary"]["duration"]) == (600, 600)
    route = out["routes"][0]
    assert [step["type"] for step in route["steps"]] == ["start", "job", "job", "end"]
    assert route["steps"][-1]["arrival"] - route["steps"][0]["arrival"] == 1200
    assert route["steps"][-1]["duration"] == route["duration"] == route["distance"]
    assert "mill" in [step.get("description") for step in route["steps"]]


def test_a_ride_from_one_place_to_another_with_the_old_matrix():
    """Without windows or return, by the top-level matrix of old versions; times begin at 0."""
    out = answer({
        "vehicles": [{"id": 0, "start_index": 0, "end_index": 6}],
        "jobs": [{"id": 5, "location_index": 4}, {"id": 6, "location_index": 2}],
        "matrix": STREET,
    })  # fmt: skip
    assert [step.get("id") for step in out["routes"][0]["steps"]] == [None, 6, 5, None]
    assert [step["arrival"] for step in out["routes"][0]["steps"]] == [0, 120, 240, 360]


def test_timestamps_come_back_as_timestamps():
    """Absolute times are as good as those of a day."""
    t = 1_800_000_000
    given = document()
    given["vehicles"][0]["time_window"] = [t, t + 7200]
    given["jobs"][0]["time_windows"] = [[t + 3600, t + 3700]]
    out = answer(given)
    job = next(s for s in out["routes"][0]["steps"] if s.get("id") == 11)
    assert t + 3600 <= job["arrival"] + job["waiting_time"] <= t + 3700


def test_what_does_not_fit_has_a_reason_and_an_action():
    """Ten minutes are too short for both houses: the one of higher priority is served."""
    given = document()
    given["vehicles"][0]["time_window"] = [0, 960]
    given["jobs"][1]["priority"] = 5
    out = answer(given)
    assert [left["id"] for left in out["unassigned"]] == [11]
    assert out["unassigned"][0]["reason"]
    assert out["unassigned"][0]["action"]
    assert out["summary"]["priority"] == 5


def test_a_break_is_taken():
    """Within its window, and no ride or service runs into it."""
    given = document()
    given["vehicles"][0]["breaks"] = [{"id": 7, "service": 600, "time_windows": [[400, 500]]}]
    given["vehicles"][0]["time_window"] = [0, 3000]
    steps = answer(given)["routes"][0]["steps"]
    rest = next(step for step in steps if step["type"] == "break")
    assert 400 <= rest["arrival"] + rest["waiting_time"] <= 500
    assert rest["service"] == 600
    assert steps[-1]["arrival"] - steps[0]["arrival"] >= 1800


def test_skills_capacity_limits_speed_and_setup():
    """The rules of the subset reach the solver."""
    given = document()
    given["vehicles"] = [
        {"id": "a", "start_index": 0, "end_index": 0, "skills": [1], "capacity": [1],
         "speed_factor": 2, "max_tasks": 1, "max_travel_time": 400},
        {"id": "b", "start_index": 0, "end_index": 0, "costs": {"fixed": 10}},
    ]  # fmt: skip
    given["jobs"] = [
        {"id": 1, "location_index": 5, "skills": [1], "delivery": [1]},
        {"id": 2, "location_index": 4, "setup": 100, "service": 1},
        {"id": 3, "location_index": 4, "setup": 100, "service": 1},
    ]
    out = answer(given)
    fast, slow = out["routes"]
    assert (fast["vehicle"], fast["duration"]) == ("a", 300)
    assert (slow["vehicle"], slow["setup"], slow["service"], slow["cost"]) == ("b", 100, 2, 490)


def test_steps_are_judged_and_not_changed():
    """Plan mode: the given order stands, however late it gets, and each violation has a cause."""
    given = document()
    given["vehicles"][0] |= {
        "time_window": [0, 900],
        "breaks": [{"id": 1, "service": 60, "time_windows": [[0, 900]]}],
        "steps": [{"type": "start"}, {"type": "job", "id": 12}, {"type": "job", "id": 11},
                  {"type": "end"}],
    }  # fmt: skip
    given["jobs"][0] |= {"time_windows": [[0, 300]], "skills": [3]}
    given["jobs"].append({"id": 13, "location_index": 1})
    out = answer(given, check=True)
    assert [s["id"] for s in out["routes"][0]["steps"] if s["type"] == "job"] == [12, 11]
    causes = {one["cause"] for one in out["summary"]["violations"]}
    assert causes == {"delay", "skills", "missing_break"}
    assert [left["id"] for left in out["unassigned"]] == [13]
    assert answer(document(), check=True)["routes"] == []


def test_steps_that_are_no_list_are_a_fault_with_its_place():
    """Taken for no steps at all, every job would count as not given."""
    given = document()
    given["vehicles"][0]["steps"] = "abc"
    with pytest.raises(ProblemError, match=r"vehicles\[0\]\.steps"):
        answer(given, check=True)


def test_steps_with_a_time_are_judged():
    """A job that is to begin at a certain second begins there if it can."""
    given = document()
    given["vehicles"][0]["steps"] = [{"type": "job", "id": 11, "service_at": 1000}]
    out = answer(given, check=True)
    job = out["routes"][0]["steps"][1]
    assert job["arrival"] + job["waiting_time"] == 1000
    with pytest.raises(ProblemError, match="service_at"):
        answer(given)


def test_a_solved_plan_is_judged_good():
    """What we write, we can read: our own steps go back in and nothing is wrong with them."""
    given = document()
    steps = answer(given)["routes"][0]["steps"]
    given["vehicles"][0]["steps"] = [
        {key: step[key] for key in ("type", "id") if key in step} for step in steps
    ]
    out = answer(given, check=True)
    assert out["summary"]["violations"] == []
    assert out["routes"][0]["steps"] == steps


def test_a_vehicle_that_hardly_moves_leaves_everything_out():
    """A minute of the matrix is 2,000 years: no ride, not a number that has run over."""
    given = document()
    given["vehicles"][0]["speed_factor"] = 1e-9
    assert {left["code"] for left in answer(given)["unassigned"]} == {"too_far"}


def test_holes_in_the_matrix_leave_priorities_exact():
    """A place without a road is no ride of sixty years that would dwarf what is to be saved."""
    given = document()
    hole = 2**31 - 1
    streets = [[60 * abs(a - b) if 6 not in {a, b} or a == b else hole for b in range(7)]
               for a in range(7)]  # fmt: skip
    given["matrices"]["car"]["durations"] = streets
    given["jobs"] += [{"id": k, "location_index": k % 6, "priority": 100} for k in range(100, 400)]
    given["jobs"].append({"id": 13, "location_index": 6})
    out = answer(given)
    assert [left["id"] for left in out["unassigned"]] == [13]
    assert out["summary"]["cost"] == 600


WRONG = [
    (("jobs", 0, "pickup"), [1], "jobs[0].pickup"),
    (("shipments",), [{}], "document.shipments"),
    (("jobs", 0, "location_index"), 9, "jobs[0].location_index"),
    (("jobs", 0, "location_index"), None, "jobs[0].location_index"),
    (("jobs", 0, "service"), -1, "jobs[0].service"),
    (("jobs", 0, "service"), "5", "jobs[0].service"),
    (("jobs", 0, "time_windows"), [[5, 4]], "jobs[0].time_windows[0]"),
    (("jobs", 0, "delivery"), [1, 2], "jobs[0].delivery"),
    (("jobs", 0, "priority"), 101, "jobs[0].priority"),
    (("jobs", 0, "skills"), 4, "jobs[0].skills"),
    (("jobs", 0, "id"), 12, "jobs[1].id"),
    (("jobs", 0), 3, "jobs[0]"),
    (("jobs",), {}, "jobs"),
    (("vehicles", 0, "max_distance"), 5, "vehicles[0].max_distance"),
    (("vehicles", 0, "costs"), {"per_km": 5}, "vehicles[0].costs.per_km"),
    (("vehicles", 0, "costs"), {"per_hour": 5}, "vehicles[0].costs.per_hour"),
    (("vehicles", 0, "breaks"), [{"id": 1}, {"id": 2}], "vehicles[0].breaks"),
    (("vehicles", 0, "breaks"), [{"id": 1, "max_load": [1]}], "vehicles[0].breaks[0].max_load"),
    (("vehicles", 0, "speed_factor"), 0, "vehicles[0].speed_factor"),
    (("vehicles", 0, "time_window"), [1], "vehicles[0].time_window"),
    (("vehicles", 0, "profile"), "bike", "matrices.bike"),
    (("vehicles", 0, "steps"), [{"type": "pickup", "id": 1}], "vehicles[0].steps[0].type"),
    (("vehicles", 0, "steps"), [{"type": "job", "id": 99}], "vehicles[0].steps[0].id"),
    (("vehicles", 0, "steps"), [{"type": "break", "id": 7}], "vehicles[0].steps[0].id"),
    (
        ("vehicles", 0, "steps"),
        [{"type": "job", "id": 11}, {"type": "start"}],
        "vehicles[0].steps[1]",
    ),
    (
        ("vehicles", 0, "steps"),
        [{"type": "job", "id": 11, "service_at": 10**20}],
        "vehicles[0].steps[0].service_at",
    ),
    (
        ("vehicles", 0, "breaks"),
        [{"id": 1, "service": 60, "time_windows": [[7150, 9000]]}],
        "vehicles[0].breaks[0]",
    ),
    (("vehicles", 0, "max_travel_time"), 10**30, "vehicles[0].max_travel_time"),
    (("vehicles", 0, "costs"), {"fixed": 10**30}, "vehicles[0].costs.fixed"),
    (("jobs", 0, "delivery"), [10**30], "jobs[0].delivery"),
    (("jobs", 0, "skills"), [[1]], "jobs[0].skills"),
    (("matrices", "car", "durations"), [[0, 1]], "matrices.car.durations[0]"),
    (("matrices", "car", "durations"), [[-1]], "matrices.car.durations[0][0]"),
    (("matrices", "car", "distances"), [[0]], "matrices.car.distances"),
    (("matrices", "car", "costs"), [[0]], "matrices.car.costs"),
    (("matrices",), {}, "coordinates"),
]


@pytest.mark.parametrize(("path", "value", "place"), WRONG)
def test_what_is_wrong_or_not_supported_is_named(path, value, place):
    """Refused by name and place, never ignored."""
    given = deepcopy(document())
    inside = given
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    with pytest.raises(ProblemError) as error:
        answer(given)
    assert place in str(error.value)


def test_all_faults_come_together():
    """One report, not one fault a try."""
    given = document()
    given["jobs"][0]["service"] = given["jobs"][1]["setup"] = -1
    with pytest.raises(ProblemError) as error:
        answer(given)
    assert len(str(error.value).splitlines()) == 2


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**30) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
PLACES = [
    *((("jobs", 0, name)) for name in ("id", "location_index", "service", "setup", "delivery",
                                       "skills", "priority", "time_windows", "description")),
    *((("vehicles", 0, name)) for name in ("id", "start_index", "time_window", "breaks", "skills",
                                           "capacity", "speed_factor", "max_tasks", "costs",
                                           "steps", "profile", "max_travel_time")),
    ("jobs",), ("vehicles",), ("matrices",), ("matrices", "car"),
    ("matrices", "car", "durations"), ("matrices", "car", "distances"),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JUNK)
def test_junk_anywhere_is_an_answer_or_a_refusal(path, junk):
    """Whatever stands in a property: a plan, or an error that names a place; no traceback."""
    given = deepcopy(document())
    inside = given
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = junk
    try:
        out = route_json(given, iterations=1)
    except ProblemError:
        return
    assert out["code"] == 0


# ---- VROOM's habits


@pytest.mark.parametrize(
    ("jobs", "setup"),
    [
        # the first is where the vehicle starts: no setup; two at one place: once
        ([(0, 90), (3, 90)], 90),
        ([(3, 90), (3, 90)], 90),
        # the first asks for no setup itself, and the vehicle is there all the same
        ([(3, 0), (3, 90)], 0),
        ([(0, 90), (0, 60)], 0),
        ([(3, 90), (0, 90)], 180),
    ],
)
def test_setup_is_where_the_vehicle_was_not_already(jobs, setup):
    """VROOM's rule, its start included; judged and solved alike."""
    given = document(
        jobs=[
            {"id": k, "location_index": place, "setup": setup, "service": 60}
            for k, (place, setup) in enumerate(jobs)
        ]
    )
    given["vehicles"][0]["steps"] = [{"type": "job", "id": k} for k in range(len(jobs))]
    assert answer(given, check=True)["summary"]["setup"] == setup
    del given["vehicles"][0]["steps"]
    route = answer(given)["routes"][0]
    places = [step["location_index"] for step in route["steps"]]
    asked = {job["id"]: job["setup"] for job in given["jobs"]}
    for before, step in zip(places, route["steps"][1:-1], strict=False):
        assert step["setup"] == (0 if step["location_index"] == before else asked[step["id"]])


def test_setup_at_the_start_is_spared_only_to_who_starts_there():
    """Two vehicles of different starts: each begins where it needs no setup."""
    given = document(
        jobs=[{"id": k, "location_index": k, "setup": 600} for k in (0, 6)],
        vehicles=[
            {"id": k, "start_index": place, "end_index": place, "time_window": [0, 500]}
            for k, place in ((1, 6), (2, 0))
        ],
    )
    out = answer(given)
    assert out["summary"]["unassigned"] == 0
    assert out["summary"]["setup"] == out["summary"]["duration"] == 0


def test_unknown_properties_are_told_and_passed_over():
    """Other programs put notes of their own into a document; VROOM does not mind them."""
    given = document(options={"g": True}, comment="from our dispatcher")
    given["jobs"][0]["customer_name"] = "mill"
    out = answer(given)
    assert out["summary"]["unassigned"] == 0
    told = [remark.split(":")[0] for remark in out["remarks"]]
    assert told == ["document.options", "document.comment", "jobs[0].customer_name"]
    assert "remarks" not in answer(document())


@pytest.mark.parametrize(
    "path",
    [
        *(("jobs", 0, name) for name in ("description", "setup", "skills", "time_windows")),
        *(("jobs", 0, name) for name in ("pickup", "delivery", "priority", "location")),
        *(("vehicles", 0, name) for name in ("breaks", "capacity", "steps", "costs", "max_tasks")),
        *(("vehicles", 0, name) for name in ("profile", "start", "speed_factor", "max_distance")),
        ("shipments",),
        ("matrices", "car", "distances"),
    ],
)
def test_null_is_absent(path):
    """Programs that write every property write null where there is nothing."""
    given = document()
    inside = given
    for key in path[:-1]:
        inside = inside[key]
    inside.pop(path[-1], None)
    without = answer(deepcopy(given))
    inside[path[-1]] = None
    assert answer(given) == without


def test_the_steps_of_an_answer_are_a_plan():
    """An answer's routes go back in as they are: to be judged, or to begin the search with."""
    given = document()
    given["vehicles"][0]["breaks"] = [{"id": 7, "service": 60, "time_windows": [[0, 900]]}]
    out = answer(given)
    given["vehicles"][0]["steps"] = out["routes"][0]["steps"]
    assert answer(given, check=True)["summary"]["violations"] == []
    again = answer(given)
    assert again["summary"]["cost"] == out["summary"]["cost"]
    assert "remarks" not in again


def test_ids_may_be_words():
    """Account numbers with letters, and numbers written as text, are names like others."""
    given = document()
    given["jobs"][0]["id"], given["vehicles"][0]["id"] = "A-11", "van"
    given["vehicles"][0]["breaks"] = [{"id": "noon", "service": 60}]
    given["vehicles"][0]["steps"] = [
        {"type": "job", "id": "12"},
        {"type": "break", "id": "noon"},
        {"type": "job", "id": "A-11"},
    ]
    steps = answer(given, check=True)["routes"][0]["steps"]
    assert [step.get("id") for step in steps] == [None, 12, "noon", "A-11", None]


def test_violations_tell_the_documents_time():
    """A document of timestamps is not answered with a time of day that stands nowhere in it."""
    t = 1_800_000_000
    given = document()
    given["vehicles"][0] |= {
        "time_window": [t, t + 900],
        "steps": [{"type": "job", "id": 11}, {"type": "job", "id": 12}],
    }
    given["jobs"][0]["time_windows"] = [[t, t + 60]]
    texts = [one["text"] for one in answer(given, check=True)["summary"]["violations"]]
    assert any(str(t + 180) in text for text in texts), texts
    assert any(str(t + 900) in text for text in texts), texts


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (("jobs", 0), "setup_per_type"),
        (("jobs", 0), "service_per_type"),
        (("vehicles", 0), "type"),
        (("vehicles", 0, "costs"), "per_task_hour"),
    ],
)
def test_what_would_change_the_plan_is_refused_and_not_passed_over(where, name):
    """A plan that ignores a price or a duration would be a wrong answer."""
    given = document()
    given["vehicles"][0]["costs"] = {}
    inside = given
    for key in where:
        inside = inside[key]
    inside[name] = {"a": 1}
    with pytest.raises(ProblemError, match=name):
        answer(given)


def test_faults_are_told_in_chinese():
    """A fault inside a document is a sentence like any other."""
    given = document()
    given["jobs"][0]["service"] = -1
    with pytest.raises(ProblemError) as error:
        answer(given)
    assert error.value.in_words("zh") == "jobs[0].service：-1 不是 0 到 1000000000 的整数"
