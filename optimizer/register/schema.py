"""The register's tables, as a list of migrations.

`MIGRATIONS[n]` takes a register from schema version n to n + 1; `PRAGMA user_version` holds the
version. A migration that has been released is never edited: a change is a new one at the end.

The territories and `missed` are replaced as a whole; what a new calendar changes moves to
`former_blocks` and `former_unplanned`. Everything else is only ever added to or marked: rows of
`imports`, `changes`, `events`, `day_plans` and former calendars can be neither updated nor
deleted, and the triggers below see to it.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x5A4F5546
"""'ZOUF' in the file's header: this SQLite file is a register."""

_DATE = "{0} TEXT NOT NULL CHECK ({0} IS date({0}))"
_POINT = """
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    CHECK ((lon IS NULL) = (lat IS NULL))"""
_MARKS = """
    added_by INTEGER NOT NULL REFERENCES imports,
    changed_by INTEGER REFERENCES imports,
    gone_by INTEGER REFERENCES imports,"""


def _only_added_to(table: str) -> str:
    return "".join(
        f"""
CREATE TRIGGER {table}_{action} BEFORE {action} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are only ever added to'); END;"""
        for action in ("update", "delete")
    )


_MASTER_DATA = f"""
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
    import_id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    source TEXT NOT NULL,
    datum TEXT NOT NULL,
    summary TEXT NOT NULL CHECK (json_valid(summary))
) STRICT;

CREATE TABLE changes (
    change_id INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES imports,
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('changed', 'gone', 'back')),
    columns TEXT NOT NULL CHECK (json_valid(columns))
) STRICT;
CREATE INDEX changes_of_key ON changes (table_name, key);

CREATE TABLE stations (
    station TEXT PRIMARY KEY CHECK (station <> ''),
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    capacity REAL CHECK (capacity >= 0),{_MARKS}{_POINT}
) STRICT, WITHOUT ROWID;

CREATE TABLE areas (
    area TEXT PRIMARY KEY CHECK (area <> ''),
    name TEXT NOT NULL,
    station TEXT REFERENCES stations,
    manager TEXT NOT NULL,{_MARKS}{_POINT}
) STRICT, WITHOUT ROWID;

CREATE TABLE crews (
    crew TEXT PRIMARY KEY CHECK (crew <> ''),
    station TEXT NOT NULL REFERENCES stations,
    member1 TEXT NOT NULL,
    member2 TEXT NOT NULL,
    phone TEXT NOT NULL,
    motorcycle TEXT NOT NULL,
    skills TEXT NOT NULL,
    duty_days TEXT NOT NULL,
    shift_start TEXT NOT NULL,
    shift_end TEXT NOT NULL,
    home_lon REAL CHECK (home_lon BETWEEN -180 AND 180),
    home_lat REAL CHECK (home_lat BETWEEN -90 AND 90),{_MARKS}
    CHECK ((home_lon IS NULL) = (home_lat IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE leave (
    crew TEXT NOT NULL REFERENCES crews,
    {_DATE.format("first")},
    {_DATE.format("last")},
    reason TEXT NOT NULL,{_MARKS}
    PRIMARY KEY (crew, first, last),
    CHECK (first <= last)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    account_no TEXT PRIMARY KEY CHECK (account_no <> ''),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    area TEXT REFERENCES areas,
    station TEXT REFERENCES stations,
    kind TEXT NOT NULL CHECK (kind IN ('household', 'business', 'hv10kv')),
    service_min REAL CHECK (service_min >= 0),
    "window" TEXT NOT NULL,
    note TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN (
        'open', 'visited', 'nobody_home', 'refused', 'moved', 'demolished', 'duplicate',
        'conflict'
    )),{_MARKS}{_POINT}
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_of_station ON customers (station, status);
CREATE INDEX customers_of_area ON customers (area);
"""

_PLANS = f"""
CREATE TABLE territory_areas (
    area TEXT PRIMARY KEY CHECK (area <> ''),
    station TEXT REFERENCES stations,
    crew TEXT REFERENCES crews,{_POINT}
) STRICT, WITHOUT ROWID;

CREATE TABLE territory_customers (
    account_no TEXT PRIMARY KEY REFERENCES customers,
    area TEXT REFERENCES territory_areas,
    station TEXT REFERENCES stations,
    located TEXT NOT NULL CHECK (located IN ('given', 'area', 'none')),{_POINT}
) STRICT, WITHOUT ROWID;
CREATE INDEX territory_customers_of_station ON territory_customers (station);

CREATE TABLE blocks (
    block TEXT PRIMARY KEY CHECK (block <> ''),
    station TEXT NOT NULL REFERENCES stations,
    crew TEXT NOT NULL REFERENCES crews,
    {_DATE.format("date")},
    visits INTEGER NOT NULL CHECK (visits >= 0),
    work_s INTEGER NOT NULL CHECK (work_s >= 0),
    travel_s INTEGER NOT NULL CHECK (travel_s >= 0),
    distance_m INTEGER NOT NULL CHECK (distance_m >= 0),
    UNIQUE (crew, date)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_station ON blocks (station, date);

CREATE TABLE block_visits (
    block TEXT NOT NULL REFERENCES blocks,
    seq INTEGER NOT NULL,
    account_no TEXT NOT NULL UNIQUE REFERENCES customers,
    PRIMARY KEY (block, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE unplanned (
    account_no TEXT PRIMARY KEY REFERENCES customers,
    code TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE day_plans (
    plan_id INTEGER PRIMARY KEY,
    station TEXT NOT NULL REFERENCES stations,
    {_DATE.format("date")},
    version INTEGER NOT NULL CHECK (version > 0),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    plan BLOB NOT NULL,
    UNIQUE (station, date, version)
) STRICT;

CREATE TABLE sheet_rows (
    plan_id INTEGER NOT NULL REFERENCES day_plans,
    crew TEXT NOT NULL,
    row INTEGER NOT NULL CHECK (row > 0),
    visit_id TEXT NOT NULL,
    account_no TEXT REFERENCES customers,
    kind TEXT NOT NULL,
    PRIMARY KEY (plan_id, crew, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX sheet_rows_of_account ON sheet_rows (account_no);
"""

_EVENTS = """
CREATE TABLE events (
    event_id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    account_no TEXT REFERENCES customers,
    station TEXT REFERENCES stations,
    crew TEXT REFERENCES crews,
    date TEXT CHECK (date IS NULL OR date IS date(date)),
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX events_of_kind ON events (kind, date);
CREATE INDEX events_of_account ON events (account_no) WHERE account_no IS NOT NULL;
"""

_RECORDS = f"""
CREATE TABLE records (
    record_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    read_at TEXT NOT NULL,
    who TEXT NOT NULL,
    source TEXT NOT NULL,
    account_no TEXT NOT NULL REFERENCES customers,
    station TEXT REFERENCES stations,
    crew TEXT REFERENCES crews,
    {_DATE.format("date")},
    row INTEGER CHECK (row > 0),
    visit_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        '', 'first', 'retry', 'revisit', 'request', 'appointment')),
    result TEXT NOT NULL CHECK (result IN (
        '', 'done', 'nobody_home', 'refused', 'demolished', 'moved', 'duplicate', 'other')),
    at TEXT NOT NULL,
    findings TEXT NOT NULL CHECK (json_valid(findings)),
    opinion TEXT NOT NULL,
    repaired TEXT NOT NULL CHECK (json_valid(repaired)),
    undoes TEXT,{_POINT}
    CHECK (result <> '' OR undoes IS NOT NULL)
) STRICT;
CREATE INDEX records_of_account ON records (account_no);
CREATE INDEX records_of_day ON records (date, station);

CREATE TABLE findings (
    finding TEXT PRIMARY KEY,
    account_no TEXT NOT NULL REFERENCES customers,
    category TEXT NOT NULL,
    {_DATE.format("found_on")},
    crew TEXT NOT NULL,
    note TEXT NOT NULL,
    repaired INTEGER NOT NULL CHECK (repaired IN (0, 1)),
    department TEXT NOT NULL CHECK (department <> ''),
    due_on TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'rectified', 'closed', 'dropped')),
    rectified_on TEXT NOT NULL,
    check_from TEXT NOT NULL,
    check_by TEXT NOT NULL,
    closed_on TEXT NOT NULL,
    closed_by TEXT NOT NULL,
    project TEXT NOT NULL,
    CHECK ((state IN ('closed', 'dropped')) = (closed_on <> ''))
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_of_account ON findings (account_no);
CREATE INDEX findings_of_state ON findings (state, check_by);

CREATE TABLE opinions (
    opinion TEXT PRIMARY KEY,
    account_no TEXT NOT NULL REFERENCES customers,
    {_DATE.format("date")},
    text TEXT NOT NULL,
    category TEXT NOT NULL,
    department TEXT NOT NULL CHECK (department <> ''),
    state TEXT NOT NULL CHECK (state IN ('received', 'sent', 'answered', 'told')),
    merged_into TEXT NOT NULL,
    sent_on TEXT NOT NULL,
    answered_on TEXT NOT NULL,
    answer TEXT NOT NULL,
    told_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_of_account ON opinions (account_no);
CREATE INDEX opinions_of_date ON opinions (date);

CREATE TABLE tasks (
    account_no TEXT NOT NULL REFERENCES customers,
    kind TEXT NOT NULL CHECK (kind IN ('retry', 'revisit', 'request', 'appointment', 'office')),
    subject TEXT NOT NULL,
    list TEXT NOT NULL CHECK (list IN ('', 'season', 'evening', 'telephone', 'office', 'works')),
    {_DATE.format("not_before")},
    deadline TEXT NOT NULL,
    "window" TEXT NOT NULL,
    failed_at TEXT NOT NULL,
    tries INTEGER NOT NULL,
    crew TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (account_no, kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_of_list ON tasks (list, not_before);
CREATE INDEX tasks_of_deadline ON tasks (deadline) WHERE deadline <> '';

CREATE TABLE standings (
    account_no TEXT PRIMARY KEY REFERENCES customers,
    visited_on TEXT NOT NULL,
    tries INTEGER NOT NULL,
    last_try TEXT NOT NULL,
    conflicts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX standings_of_day ON standings (visited_on);

CREATE TABLE projects (
    project TEXT PRIMARY KEY,
    area TEXT NOT NULL,
    station TEXT NOT NULL,
    department TEXT NOT NULL CHECK (department <> ''),
    {_DATE.format("opened_on")},
    state TEXT NOT NULL CHECK (state IN (
        'reported', 'on_site_check', 'approved', 'built', 'checked')),
    {_DATE.format("since")},
    built_on TEXT NOT NULL,
    customers INTEGER NOT NULL CHECK (customers > 0)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_project_an_area ON projects (area) WHERE state <> 'checked';

CREATE TABLE requests (
    request TEXT PRIMARY KEY CHECK (request <> ''),
    account_no TEXT NOT NULL REFERENCES customers,
    voltage TEXT NOT NULL CHECK (voltage IN ('urban', 'hv10kv')),
    {_DATE.format("asked_on")},
    max_visits INTEGER NOT NULL CHECK (max_visits > 0),
    {_DATE.format("deadline")},
    matters TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'connected', 'withdrawn')),
    closed_on TEXT NOT NULL,
    CHECK ((state = 'open') = (closed_on = ''))
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_of_account ON requests (account_no);

CREATE TABLE appointments (
    appointment TEXT PRIMARY KEY CHECK (appointment <> ''),
    account_no TEXT NOT NULL REFERENCES customers,
    {_DATE.format("date")},
    "window" TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'cancelled'))
) STRICT, WITHOUT ROWID;
CREATE INDEX appointments_of_account ON appointments (account_no);

CREATE INDEX day_plans_of_day ON day_plans (date);
CREATE INDEX territory_customers_of_area ON territory_customers (area);
"""

PLACE: Final = """
UPDATE customers SET at_station = placed.station, at_area = placed.area
FROM (
    SELECT account_no, COALESCE(t.station, c.station) AS station, COALESCE(t.area, c.area) AS area
    FROM customers AS c LEFT JOIN territory_customers AS t USING (account_no)
) AS placed
WHERE customers.account_no = placed.account_no
    AND (at_station IS NOT placed.station OR at_area IS NOT placed.area);
"""
"""Where each customer belongs: the territories' word counts before the file's."""

_PLACES = f"""
ALTER TABLE customers ADD COLUMN at_station TEXT REFERENCES stations;
ALTER TABLE customers ADD COLUMN at_area TEXT;
ALTER TABLE customers ADD COLUMN state TEXT NOT NULL GENERATED ALWAYS AS (CASE
    WHEN status = 'visited' THEN 'visited'
    WHEN gone_by IS NOT NULL THEN 'gone'
    WHEN status <> 'open' THEN status
    WHEN lon IS NULL THEN 'no_coordinates'
    ELSE 'never_tried' END) VIRTUAL;
{PLACE}
DROP INDEX customers_of_station;
DROP INDEX customers_of_area;
DROP INDEX territory_customers_of_station;
DROP INDEX territory_customers_of_area;
CREATE INDEX customers_at ON customers (at_station, at_area, status, gone_by, lon);
CREATE INDEX customers_at_area ON customers (at_area);
"""

_STALE = """
CREATE TABLE stale (
    account_no TEXT PRIMARY KEY REFERENCES customers
) STRICT, WITHOUT ROWID;
CREATE TRIGGER customers_moved AFTER UPDATE OF at_area, kind ON customers
WHEN (old.at_area IS NOT new.at_area OR old.kind <> new.kind)
    AND EXISTS (SELECT 1 FROM standings WHERE account_no = new.account_no)
BEGIN INSERT OR IGNORE INTO stale VALUES (new.account_no); END;
"""

_FIRST_CALENDAR = """
INSERT INTO calendars
SELECT 1, '', '', count(*), (SELECT count(*) FROM block_visits), (SELECT count(*) FROM unplanned)
FROM blocks HAVING count(*) > 0;
UPDATE blocks SET since = 1;
"""

_CALENDARS = f"""
CREATE TABLE calendars (
    calendar INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    blocks INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    unplanned INTEGER NOT NULL
) STRICT;
CREATE TABLE former_blocks (
    until INTEGER NOT NULL REFERENCES calendars,
    since INTEGER NOT NULL REFERENCES calendars,
    block TEXT NOT NULL,
    station TEXT NOT NULL REFERENCES stations,
    crew TEXT NOT NULL REFERENCES crews,
    {_DATE.format("date")},
    visits INTEGER NOT NULL,
    work_s INTEGER NOT NULL,
    travel_s INTEGER NOT NULL,
    distance_m INTEGER NOT NULL,
    accounts BLOB NOT NULL,
    PRIMARY KEY (until, block),
    CHECK (since < until)
) STRICT, WITHOUT ROWID;

CREATE TABLE former_unplanned (
    until INTEGER NOT NULL REFERENCES calendars,
    account_no TEXT NOT NULL REFERENCES customers,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (until, account_no)
) STRICT, WITHOUT ROWID;

ALTER TABLE blocks ADD COLUMN since INTEGER REFERENCES calendars;
"""

_PACES = f"""
ALTER TABLE blocks ADD COLUMN pace REAL NOT NULL DEFAULT 1 CHECK (pace > 0 AND pace <= 1);
ALTER TABLE former_blocks ADD COLUMN pace REAL NOT NULL DEFAULT 1;

CREATE TABLE missed (
    account_no TEXT PRIMARY KEY REFERENCES customers,
    {_DATE.format("date")}
) STRICT, WITHOUT ROWID;
"""

_SEALS = """
CREATE TABLE seals (
    table_name TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first),
    at TEXT NOT NULL,
    columns TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (table_name, first)
) STRICT, WITHOUT ROWID;
"""

_CYCLES = f"""
CREATE TABLE former_cycles (
    cycle INTEGER PRIMARY KEY,
    {_DATE.format("start")},
    {_DATE.format("finish")},
    {_DATE.format("until")},
    at TEXT NOT NULL,
    who TEXT NOT NULL
) STRICT;

CREATE TABLE former_standings (
    cycle INTEGER NOT NULL REFERENCES former_cycles,
    account_no TEXT NOT NULL REFERENCES customers,
    station TEXT NOT NULL,
    area TEXT NOT NULL,
    state TEXT NOT NULL,
    visited_on TEXT NOT NULL,
    tries INTEGER NOT NULL,
    last_try TEXT NOT NULL,
    PRIMARY KEY (cycle, account_no)
) STRICT, WITHOUT ROWID;

ALTER TABLE customers DROP COLUMN state;
ALTER TABLE customers ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
ALTER TABLE customers ADD COLUMN state TEXT NOT NULL GENERATED ALWAYS AS (CASE
    WHEN status = 'visited' THEN 'visited'
    WHEN gone_by IS NOT NULL THEN 'gone'
    WHEN status IN ('demolished', 'moved', 'duplicate') THEN status
    WHEN closed THEN 'closed'
    WHEN status <> 'open' THEN status
    WHEN lon IS NULL THEN 'no_coordinates'
    ELSE 'never_tried' END) VIRTUAL;
DROP INDEX customers_at;
CREATE INDEX customers_at ON customers (at_station, at_area, status, closed, gone_by, lon);
"""

MIGRATIONS: Final[tuple[str, ...]] = (
    _MASTER_DATA
    + _PLANS
    + _EVENTS
    + "".join(map(_only_added_to, ("imports", "changes", "day_plans", "sheet_rows", "events"))),
    _RECORDS + _only_added_to("records"),
    _PLACES,
    _STALE,
    _CALENDARS
    + _FIRST_CALENDAR
    + "".join(map(_only_added_to, ("calendars", "former_blocks", "former_unplanned"))),
    _PACES,
    _SEALS + _only_added_to("seals"),
    _CYCLES + _only_added_to("former_cycles"),
)

SCHEMA_VERSION: Final = len(MIGRATIONS)
