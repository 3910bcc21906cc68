"""A day's account: what was planned, what came back, what nobody has reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.register import Register

COLUMNS: Final = ("crew", "planned", "done", "not_done", "not_reported", "unplanned")


def reconcile(register: Register, station: str, date: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare a day's latest sheets with its records.

    Returns
    -------
    summary
        One row a crew: crew, planned, done, not_done (reported with another result),
        not_reported, unplanned (accounts reported that were on no sheet of the crew);
        planned = done + not_done + not_reported.
    rows
        One row a stop and unplanned record: crew, row (0 if unplanned), account_no, kind,
        result ("" not reported).
    """
    with register.store.reading():
        sheet = register.ledgers.sheet(station, date)
        records = register.ledgers.records(date, date)
    last = records.drop_duplicates("account_no", keep="last").set_index("account_no")
    sheet["result"] = sheet["account_no"].map(last["result"]).fillna("").astype("str")
    own = records[
        (records["station"] == station) & ~records["account_no"].isin(sheet["account_no"])
    ]
    extra = own.drop_duplicates(["crew", "account_no"], keep="last").assign(row=0)
    columns = ["crew", "row", "account_no", "kind", "result"]
    rows = pd.concat([sheet[columns], extra[columns]], ignore_index=True)
    rows = rows.sort_values(["crew", "row", "account_no"], ignore_index=True)
    on_sheet, result = rows["row"] > 0, rows["result"]
    flags = pd.DataFrame(
        {
            "crew": rows["crew"],
            "planned": on_sheet,
            "done": on_sheet & (result == "done"),
            "not_done": on_sheet & ~result.isin(["done", ""]),
            "not_reported": on_sheet & (result == ""),
            "unplanned": ~on_sheet,
        }
    )
    summary = flags.groupby("crew")[list(COLUMNS[1:])].sum().reset_index()
    return summary, rows
