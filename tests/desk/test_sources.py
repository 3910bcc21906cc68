"""`optimizer.desk.sources`: what an import may take away only if somebody says so."""

from __future__ import annotations

import pytest

from optimizer.desk import Campaign
from optimizer.errors import CampaignError

HEAD = "户号,户名,电话,用户类别,备注"
ROWS = [f"{k:010d},户{k},1390000000{k},{'10kV' if k < 5 else '居民'},狗" for k in range(10)]
PLACE = "供电所编号,供电所名称,经度,纬度\nS1,甲所,113.5,27.6\n"


@pytest.fixture
def campaign(tmp_path):
    """Ten customers of one station, five of them at 10 kV."""
    (tmp_path / "stations.csv").write_text(PLACE, encoding="utf-8")
    with Campaign.create(tmp_path / "c") as made:
        take(made, HEAD, *ROWS)
        yield made


def take(campaign, *lines, **how):
    """Import customers."""
    folder = campaign.path.parent
    (folder / "customers.csv").write_text("\n".join(lines), encoding="utf-8")
    files = {name: folder / f"{name}.csv" for name in ("stations", "customers")}
    return campaign.import_files(files, **how)


def test_a_column_that_is_left_out_asks_before_it_is_emptied(campaign):
    """The file has no 电话 and no 用户类别: ten numbers and five 10 kV customers would be lost."""
    lines = ["户号,户名,备注", *(f"{k:010d},户{k},狗" for k in range(10))]
    with pytest.raises(CampaignError, match=r"phone 10, 用户类别/kind 5"):
        take(campaign, *lines)
    assert campaign.register.customers()["phone"].tolist()[3] == "13900000003"
    take(campaign, *lines, yes=True)
    assert set(campaign.register.customers()["phone"]) == {""}


def test_a_few_empty_cells_are_nobody_s_mistake(campaign):
    """Two of ten customers have given up their telephones."""
    rows = [*ROWS]
    rows[7:9] = [f"{k:010d},户{k},,居民,狗" for k in (7, 8)]
    take(campaign, HEAD, *rows)
    assert (campaign.register.customers()["phone"] == "").sum() == 2
