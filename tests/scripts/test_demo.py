"""The demonstration begins anew each time, but not at the cost of somebody's work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from optimizer import Campaign, make_example
from optimizer.desk import typed_reading
from optimizer.errors import CampaignError

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def clear(monkeypatch):
    """The script's own way to make room for a new campaign."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from demo import clear as own  # noqa: PLC0415  (beside the scripts only)

    return lambda folder: own(folder, sys.executable)


@pytest.fixture
def county(tmp_path):
    """An example campaign whose customers are in the register."""
    make_example(tmp_path / "example", customers=100)
    with Campaign(tmp_path / "example") as county:
        names = ("stations", "areas", "customers", "crews")
        county.import_files({name: county.path / "input" / f"{name}.csv" for name in names})
    return tmp_path / "example"


def test_what_nobody_has_worked_in_is_deleted(clear, county, tmp_path):
    """A second demonstration must not stumble over the first."""
    clear(county)
    assert not county.exists()
    clear(tmp_path / "never there")


def test_a_campaign_with_records_is_never_deleted(clear, county):
    """Who tries the example for a week and starts the script again has lost nothing."""
    with Campaign(county, today="2027-03-02") as campaign:
        account = campaign.register.customers()["account_no"].iloc[0]
        fields = dict.fromkeys(("row", "version", "kind", "findings", "opinion", "corrects"))
        fields |= {"account_no": account, "result": "done", "findings": (), "opinion": ""}
        reading = typed_reading(fields, station=None, date="2027-03-02", crew=None)
        assert list(campaign.take_records([("typed", reading)]))
    with pytest.raises(SystemExit, match=r"with 1 records.*move the folder"):
        clear(county)
    assert (county / "register.sqlite").exists()


def test_a_register_that_cannot_be_read_is_not_deleted(clear, county):
    """A damaged register may be all that is left of somebody's work."""
    (county / "register.sqlite").write_bytes(b"no database")
    with pytest.raises(SystemExit, match="no readable register"):
        clear(county)
    assert (county / "register.sqlite").read_bytes() == b"no database"


def test_a_killed_example_can_be_made_again(tmp_path, monkeypatch):
    """Who pulls the plug while the county is made up does not have to clear up by hand."""

    def dying(path, **_):
        (path / "input").mkdir(parents=True)
        (path / "input" / "areas.csv").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("optimizer.example.write_example", dying)
        with pytest.raises(KeyboardInterrupt):
            make_example(tmp_path / "c", customers=100)
    make_example(tmp_path / "c", customers=100)
    assert (tmp_path / "c" / "input" / "areas.csv").read_text(encoding="utf-8-sig") != "half"
    with pytest.raises(CampaignError, match=r"campaign\.toml|已有|already"):
        make_example(tmp_path / "c", customers=100)
