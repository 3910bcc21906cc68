"""The certificate of a campaign on paper: figures, a map by month, the course, the stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.atomic_files import write_whole
from optimizer.catalogue import Texts
from optimizer.catalogue.escaping import clean
from optimizer.model import LonLat
from optimizer.reports.certificate_charts import (
    CHART_MM,
    MAP_MM,
    area_months,
    course_chart,
    month_map,
    months_of,
)
from optimizer.reports.certificate_sentences import sentences
from optimizer.territories.outlines import outlines
from optimizer.typesetting.typst_press import typeset

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from optimizer.campaign import CampaignPlan, Certificate, StationAccount
    from optimizer.forecast import Forecast
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings


def write_certificate(
    campaign: CampaignPlan,
    account: Certificate,
    path: Path,
    *,
    told: Forecast | None = None,
    register: Register,
    roads: Roads,
    settings: Settings,
    today: dt.date,
) -> Path:
    """Write a campaign's certificate as PDF.

    Parameters
    ----------
    account
        The certificate of `campaign`.
    told
        What is to be expected of it.
    register
        Has the territories that the campaign was planned in, and the stations' places.

    Raises
    ------
    CampaignError
        The file cannot be written.
    """
    texts = Texts(settings.campaign.lang)
    county, name = (clean(text, 20) for text in (settings.campaign.county, settings.campaign.name))
    job = {
        "title": texts("certificate.handed", county=county, campaign=name),
        "station": county,
        "words": texts.room("certificate"),
        "heading": f"{county} {name}",
        "span": texts("certificate.span", start=account.start, finish=account.finish),
        "made_on": texts("certificate.made_on", today=today),
        "note": clean(settings.campaign.note, 160),
        "figures": _figures(account, texts),
        "map": _map(campaign, account, register, roads, texts),
        "map_mm": MAP_MM[0],
        "chart": course_chart(account, texts),
        "chart_mm": CHART_MM[0],
        "sentences": [list(sentence) for sentence in sentences(account, texts.lang, told)],
        "stations": {
            "columns": texts("certificate.page_columns").split("|"),
            "rows": [_row(station) for station in account.stations],
        },
    }
    return write_whole(path, typeset("reports/certificate", job, settings.paper, texts))


def _map(
    campaign: CampaignPlan, account: Certificate, register: Register, roads: Roads, texts: Texts
) -> str:
    placed, areas = register.territories()
    stations = register.stations().dropna(subset=["lon", "lat"])
    places = [
        (row["name"] or row["station"], LonLat(row["lon"], row["lat"]))
        for _, row in stations.iterrows()
    ]
    return month_map(
        outlines(placed, areas, roads).areas,
        area_months(campaign),
        months_of(account),
        stations=places,
        texts=texts,
        roads=roads,
    )


def _figures(account: Certificate, texts: Texts) -> list[list[str]]:
    """(value, what, beside it) of what matters most."""

    def three(value: str, what: str, beside: str, **facts: object) -> list[str]:
        return [value, texts(f"certificate.{what}"), texts(f"certificate.{beside}", **facts)]

    lacking = sum(account.unplanned.values())
    settled = account.settled + account.planned
    last = str(account.last_day or "–")
    spare = {"open": lacking} if account.shortages else {"slack_days": account.slack_days or 0}
    return [
        three(f"{settled:,}", "planned_share", "of_customers", customers=account.customers),
        three(f"{account.needed:,}", "crew_days", "of_days", available=account.available),
        three(last, "last_visit", "without_day" if account.shortages else "to_spare", **spare),
        three(f"{account.whole_share:.1%}", "whole_areas", "of_areas", areas=account.areas),
        three(f"{account.travel_share:.1%}", "travel", "of_hours", work_h=account.work_h),
        three(f"+{account.longest_share:.1%}", "longest", "over_mean"),
    ]


def _row(station: StationAccount) -> list[str]:
    counts = (
        station.customers,
        station.planned,
        station.settled,
        sum(station.follow_up.values()),
        sum(station.unplanned.values()),
        station.crews,
        station.needed,
        station.available,
    )
    slack: Any = "–" if station.slack_days is None else station.slack_days
    hours = (station.mean_h, station.longest_h, station.shortest_h)
    return [
        clean(f"{station.station} {station.name}".strip() or "–", 24),
        *(f"{number:,}" for number in counts),
        str(station.finish or "–"),
        str(slack),
        *(f"{number:,.0f}" for number in hours),
        f"{station.whole / station.areas:.1%}" if station.areas else "–",
    ]
