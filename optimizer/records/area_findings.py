"""Area findings: low voltage that several customers of a transformer area report is one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.records.derived_ledgers import derive_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.records.account_state import AccountState
    from optimizer.register import Register
    from optimizer.settings import Settings


def open_area_findings(
    register: Register, settings: Settings, states: Sequence[AccountState]
) -> list[str]:
    """Make an area finding of each area in which low voltage has become common."""
    rules = settings.follow
    low = [
        s.account_no
        for s in states
        if any(
            f.category == "low_voltage" and not f.project and not f.closed_on for f in s.findings
        )
    ]
    opened = []
    areas = {
        (area, station): None
        for _, _, area, station in (register.ledgers.facts_of(low) if low else ())
        if area
    }
    for area, station in areas:
        findings = register.ledgers.low_voltage(area)
        since: dict[str, str] = {}
        for _, account, found_on in findings:
            since.setdefault(account, found_on)
        if len(since) < rules.low_voltage_customers:
            continue
        opened_on = sorted(since.values())[rules.low_voltage_customers - 1]
        opened.append(
            _open_area_finding(
                register,
                settings,
                area=area,
                station=station,
                opened_on=opened_on,
                customers=len(since),
            )
        )
        derive_accounts(register, settings, register.ledgers.accounts_of_area(area))
    return opened


def _open_area_finding(
    register: Register,
    settings: Settings,
    *,
    area: str,
    station: str,
    opened_on: str,
    customers: int,
) -> str:
    name = f"{area}/{opened_on}"
    register.ledgers.put(
        "projects",
        {
            "project": name,
            "area": area,
            "station": station,
            "department": settings.follow.department.get("low_voltage") or "供电所",
            "opened_on": opened_on,
            "state": "reported",
            "since": opened_on,
            "built_on": "",
            "customers": customers,
        },
    )
    return name
