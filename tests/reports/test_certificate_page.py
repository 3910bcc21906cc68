"""The certificate on paper: it says what the certificate says, and its pictures tell the truth."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
from campaign_world import crews, fill, grid_roads, hamlets, short_settings, stations
from golden import lines_of

from optimizer.campaign import InProcess, certificate, plan_campaign
from optimizer.catalogue import Texts
from optimizer.reports import certificate_charts
from optimizer.reports.certificate_page import write_certificate

SETTINGS = short_settings()


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """Six hamlets of twenty at a station with two crews; one customer has no place at all."""
    folder = tmp_path_factory.mktemp("county")
    areas, customers = hamlets("ST00", 6, 20, np.random.default_rng(3))
    stray = pd.DataFrame(
        [{"account_no": "9999999999", "name": "户", "station": "ST00", "kind": "household"}]
    )
    tables = {
        "stations": stations(1),
        "areas": areas,
        "customers": pd.concat([customers, stray], ignore_index=True),
        "crews": crews("ST00", 2),
    }
    register = fill(folder / "register.sqlite", tables)
    roads = grid_roads(folder)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    yield register, roads, campaign
    register.close()


def paper(planned, path):
    register, roads, campaign = planned
    account = certificate(campaign)
    write_certificate(
        campaign,
        account,
        path,
        register=register,
        roads=roads,
        settings=SETTINGS,
        today=dt.date(2027, 1, 1),
    )
    return account, path.read_bytes()


def test_the_page_says_what_the_certificate_says(planned, tmp_path):
    """Who holds only the paper must not know less than who sees the terminal."""
    account, pdf = paper(planned, tmp_path / "out" / "certificate.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert account.planned == 120
    assert "121 customers: 120 planned" in text
    assert "1 no_location" in text
    assert str(account.last_day) in text
    assert "ST00 所0" in text


def test_the_page_reads_as_it_did(planned, tmp_path):
    """The golden certificate of six hamlets, as text."""
    _, pdf = paper(planned, tmp_path / "certificate.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    got, kept = lines_of(Path(__file__).parent / "golden" / "certificate.txt", text)
    assert got == kept


def test_the_same_campaign_makes_the_same_page(planned, tmp_path):
    """Two prints of one plan that differ would be two plans to whoever compares them."""
    assert paper(planned, tmp_path / "a.pdf")[1] == paper(planned, tmp_path / "b.pdf")[1]


def test_an_area_has_the_month_of_most_of_its_visits(planned):
    """Three visits in January and one in March colour the area January; settled ones are done."""
    campaign = replace(
        planned[2],
        blocks=pd.DataFrame(
            {"block": ["a", "b"], "date": ["2027-03-01", "2027-01-05"]}, dtype="str"
        ),
        visits=pd.DataFrame({"block": list("bbba"), "account_no": list("1234")}),
        customers=pd.DataFrame(
            {
                "account_no": list("1234567"),
                "area": ["A", "A", "A", "A", "B", "C", ""],
                "code": ["", "", "", "", "settled", "no_crew", "no_location"],
            }
        ),
    )
    assert certificate_charts.area_months(campaign).to_dict() == {
        "A": "2027-01",
        "B": "done",
        "C": "",
    }


def test_the_course_ends_where_the_plan_ends(planned):
    """The line's last point is the share that has a day: 120 of 121, a hair under the top."""
    drawn = certificate_charts.course_chart(certificate(planned[2]), Texts("en"))
    ends = [float(line.split(",")[-1]) for line in re.findall(r'points="([^"]*)"', drawn)]
    top = certificate_charts.TOP
    floor = certificate_charts.CHART_MM[1] - certificate_charts.BOTTOM
    assert ends[-1] == pytest.approx(floor - 120 / 121 * (floor - top), abs=0.01)


def test_later_months_print_darker():
    """On a black and white print lightness alone has to tell months apart."""
    light = [
        sum(weight * int(colour[i : i + 2], 16) for weight, i in ((0.3, 1), (0.6, 3), (0.1, 5)))
        for colour in certificate_charts.colours(36)
    ]
    assert light == sorted(light, reverse=True)
