"""From files to a crew's map on real OpenStreetMap networks, by the commands alone."""

from __future__ import annotations

import csv
import datetime as dt
import json

import numpy as np
import osmium
import pytest

from optimizer.checker import check
from optimizer.context import CampaignContext
from optimizer.dayplan import read_day
from optimizer.desk import Campaign

NETWORKS = ["andorra.osm.pbf", "north-bayreuth.osm.gz", "heidelberg.osm.pbf"]
CUSTOMERS = 600
CREWS = 6


def building_places(path):
    """Where buildings stand: the first corner of each, (n, 2) degrees."""
    corners = [
        (way.nodes[0].location.lon, way.nodes[0].location.lat)
        for way in osmium.FileProcessor(str(path)).with_locations()
        if way.is_way() and "building" in way.tags and way.nodes[0].location.valid()
    ]
    return np.array(corners).reshape(-1, 2)


def doors(path, roads):
    """600 doors: at buildings, or beside the roads where there are too few, one third of them."""
    rng = np.random.default_rng(1)
    places = building_places(path)
    if len(places) < CUSTOMERS:
        chosen = rng.choice(len(roads.node_lon), CUSTOMERS, replace=False)
        places = np.column_stack([roads.node_lon[chosen], roads.node_lat[chosen]])
        places += rng.normal(0, 0.0003, places.shape)
    return places[rng.choice(len(places), CUSTOMERS, replace=False)]


def write(path, heading, rows):
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])


def write_files(folder, places):
    """One station in the middle, six crews, customers without areas or station."""
    folder.mkdir()
    lon, lat = np.median(places, axis=0)
    write(folder / "stations.csv", ["station", "name", "lon", "lat"], [["S1", "真实", lon, lat]])
    write(folder / "areas.csv", ["area", "name"], [["A0", "空台区"]])
    write(
        folder / "crews.csv",
        ["crew", "station", "member1", "member2", "skills"],
        [[f"C{n}", "S1", f"甲{n}", f"乙{n}", "hv10kv" if n == 1 else ""] for n in range(CREWS)],
    )
    write(
        folder / "customers.csv",
        ["account_no", "name", "lon", "lat"],
        [[f"{n:010d}", f"户{n}", *place] for n, place in enumerate(places)],
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_a_real_network_from_files_to_maps(zoufang, shared_data, tmp_path, network):
    """What holds on a made-up county must hold on roads that nobody made for us."""
    source = shared_data / "osm" / network
    folder, files = tmp_path / "campaign", tmp_path / "files"
    assert zoufang("init", folder)[0] == 0
    assert zoufang("roads", "-C", folder, "--file", source)[0] == 0
    campaign = Campaign(folder)
    write_files(files, doors(source, campaign.roads))
    names = ("stations", "areas", "customers", "crews")
    options = [part for name in names for part in (f"--{name}", files / f"{name}.csv")]
    code, _, wrong = zoufang("import", "-C", folder, *options)
    assert code == 0, wrong
    code, said, wrong = zoufang("campaign", "-C", folder, "--json")
    assert code == 0, wrong
    account = json.loads(said)
    assert account["customers"] == CUSTOMERS
    assert account["planned"] + sum(account["unplanned"].values()) == CUSTOMERS
    assert account["planned"] > 0.95 * CUSTOMERS
    code, said, wrong = zoufang("day", "-C", folder, "--seconds", 1, "--json")
    assert code == 0, wrong
    (day,) = json.loads(said)
    assert day["routes"]
    assert len(list((folder / "out").rglob("*.html"))) == len(day["routes"])
    assert not breaches(campaign, day)


def breaches(campaign, day):
    """What the checker finds in the stored plan, with the problem made anew from the register."""
    date = dt.date.fromisoformat(day["date"])
    with campaign, campaign.register as register:
        plan = register.day_plan(day["station"], date)
        before = read_day(
            CampaignContext(register, campaign.roads, campaign.settings), day["station"], date
        )
    set_aside = {left.visit_id for left in before.reasons}
    left_out = [left for left in plan.unassigned if left.visit_id not in set_aside]
    return check(before.problem, plan.routes, left_out)
