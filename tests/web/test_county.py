"""The planner's wall by requests: figures, an import looked at first, downloads."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile

import httpx
import pytest
from campaign_world import write_grid
from conftest import PASSWORD
from desk_world import STATION

from optimizer.desk import Campaign, People

HTMX = {"HX-Request": "true"}
FILE = "account_no,name,kind,station,area,lon,lat\n"


@pytest.fixture(scope="module")
def planner(server):
    """The planner, signed in."""
    with httpx.Client(
        base_url=server, headers={"Origin": server}, timeout=120, follow_redirects=True
    ) as client:
        client.post("/sign-in", data={"name": "planner", "password": PASSWORD})
        yield client


def test_the_wall_has_the_figures_of_status(planner):
    """Twelve accounts, to the account, and a row for their station."""
    page = planner.get("/county/figures").text
    assert f"/s/{STATION}/morning" in page
    assert '<td class="number">12</td>' in page


def test_the_map_has_a_dot_for_the_area(planner):
    """One area of the county has a place."""
    assert planner.get("/county/map.svg").text.count("<circle") == 1


def test_a_file_with_a_fault_is_told_with_its_cell(planner):
    """The planner sees row and column, and nothing is taken in."""
    bad = FILE + f"0000000099,新户,household,{STATION},TA1,999,27.6\n"
    page = planner.post("/county/import", files={"customers": ("kh.csv", bad.encode())}).text
    assert "999" in page
    assert 'hx-post="/county/import/' not in page
    assert ">2</td>" in page


def test_what_was_not_taken_is_forgotten_after_a_day(planner, folder):
    """A list of all customers that somebody only looked at must not lie about for ever."""
    good = FILE + f"0000000099,新户,household,{STATION},TA1,113.5,27.6\n"
    old = folder / "uploads" / ("0" * 16)
    old.mkdir(parents=True)
    (old / "customers.csv").write_text(good, encoding="utf-8")
    os.utime(old, (1, 1))
    planner.post("/county/import", files={"customers": ("kh.csv", good.encode())})
    assert not old.exists()
    assert any((folder / "uploads").iterdir())


def test_nothing_of_another_folder_is_imported(planner):
    """An upload's name is one that the server has made."""
    answer = planner.post("/county/import/..%2f..%2fetc")
    assert answer.status_code in {404, 422}


def test_the_bulletin_comes_as_one_archive(planner):
    """PDF for the wall, XLSX for the office, JSON for machines."""
    answer = planner.get("/county/bulletin.zip")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        endings = {name.rsplit(".", 1)[1] for name in archive.namelist()}
    assert endings == {"pdf", "xlsx", "json"}


@pytest.mark.parametrize("passphrase", ["", "灯火 通明"])
def test_a_backup_is_fetched_and_opens_with_its_passphrase(planner, folder, tmp_path, passphrase):
    """The planner takes the county home on a stick: whole, and closed to who finds it."""
    answer = planner.post("/county/backup", data={"passphrase": passphrase})
    kept, phrase = tmp_path / "kept.sqlite", tmp_path / "phrase"
    kept.write_bytes(answer.content)
    phrase.write_text(f"{passphrase}\n", encoding="utf-8")
    assert answer.content.startswith(b"SQLite format 3") == (not passphrase)
    with Campaign(folder) as campaign:
        content = campaign.check_backup(kept, phrase if passphrase else None)
        assert content.customers == len(campaign.register.agenda.accounts())


def test_what_if_without_a_change_is_refused_in_words(planner):
    """A button that does nothing would look broken."""
    answer = planner.post("/county/what-if", data={}, headers={"HX-Request": "true"})
    assert "error" in answer.text


def test_what_if_says_its_changes_in_words(planner):
    """Above the answer stood `duty+1, finish=2029-12-31`, which is how a terminal is spoken to."""
    given = {"duty": "1", "finish": "2029-12-31"}
    answer = planner.post("/county/what-if", data=given, headers={"HX-Request": "true"}).text
    assert "每组每周多 1 天, 2029-12-31 前走访完" in answer
    assert 'name="duty" min="0"' in planner.get("/county").text, "a day less cannot be reckoned"


def test_roads_are_looked_at_before_they_are_used(planner, folder, tmp_path):
    """Roads of another county would leave every house out of reach: that is seen beforehand."""
    roads = write_grid(tmp_path / "grid.osm").read_bytes()
    away = roads.replace(b'lat="27.', b'lat="29.')
    seen = planner.post("/county/roads", files={"roads": ("county.osm", away)}).text
    numbers = [cell.split("</td>")[0] for cell in seen.split('<td class="number')[1:]]
    assert numbers[2:4] == ['">0', ' error">12']
    before = (folder / "roads" / "roads.npz").read_bytes()
    seen = planner.post("/county/roads", files={"roads": ("county.osm", roads)}).text
    assert (folder / "roads" / "roads.npz").read_bytes() == before
    upload = seen.split("/county/roads/")[1].split('"')[0]
    assert "✓" in planner.post(f"/county/roads/{upload}").text
    again = planner.post(f"/county/roads/{upload}", headers={"HX-Request": "true"})
    assert "error" in again.text


@pytest.mark.parametrize(
    ("name", "content"),
    [("roads.shp", b"x"), ("roads.osm", b"<osm"), ("roads.osm.pbf", b"\0" * 99)],
    ids=["another kind", "torn", "nonsense"],
)
def test_a_file_of_no_roads_is_refused_with_a_sentence(planner, name, content):
    """A planner picks the wrong file: he reads what to give instead."""
    answer = planner.post(
        "/county/roads", files={"roads": (name, content)}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "error" in answer.text
    assert name in answer.text
    assert "uploads" not in answer.text


def test_settings_are_checked_as_they_are_typed_and_logged_when_they_change(planner, folder):
    """What stands in campaign.toml, from a page; who has changed it is known."""
    page = planner.get("/county/settings").text
    assert 'value="大走访"' in page
    htmx = {"HX-Request": "true"}
    said = planner.post("/county/settings/campaign/spare_share/check", data={"spare_share": "9"})
    assert "error" in said.text
    refused = planner.post(
        "/county/settings/campaign", data={"spare_share": "9", "note": "x"}, headers=htmx
    )
    assert "error" in refused.text
    done = planner.post("/county/settings/campaign", data={"note": "试点", "spare_share": "0.2"})
    assert "✓" in done.text
    assert 'note = "试点"' in (folder / "campaign.toml").read_text(encoding="utf-8")
    people = People(folder / "people.sqlite")
    changes = [row for row in people.log(dt.date.min, dt.date.max) if row[3] == "settings"]
    people.close()
    assert sorted(row[5] for row in changes) == [
        "campaign.note:  → 试点",
        "campaign.spare_share: 0.1 → 0.2",
    ]


def counted(page):
    """The figures of a preview: new, changed, gone, back, as before."""
    cells = [cell.split("</td>")[0] for cell in page.split('<td class="number')[1:]]
    return [cell.split(">")[1] for cell in cells]


def upload_of(page):
    """Under which name what was looked at can be taken."""
    return page.split('hx-post="/county/import/')[1].split('"')[0]


def test_a_part_is_taken_with_its_box_and_refused_without(planner):
    """A list of one customer would make twelve others go: the page says which box to tick."""
    good = FILE + f"0000000099,新户,household,{STATION},TA1,113.5,27.6\n"
    files = {"customers": ("kh.csv", good.encode())}
    page = planner.post("/county/import", files=files).text
    assert counted(page) == ["1", "0", "12", "0", "0"]
    assert 'hx-post="/county/import/' not in page
    assert "不在 kh.csv 里" in page
    assert "这份只是一部分" in page
    assert "--part" not in page
    assert "0000000099" not in planner.get(f"/s/{STATION}/search?q=0000000099").text
    page = planner.post("/county/import", files=files, data={"part": "true"}).text
    assert counted(page) == ["1", "0", "0", "0", "0"]
    assert "✓" in planner.post(f"/county/import/{upload_of(page)}").text
    again = planner.post(f"/county/import/{upload_of(page)}", headers={"HX-Request": "true"})
    assert "请重新选择文件" in again.text


def test_what_changes_is_told_by_account(planner):
    """The first twenty accounts with what stands in the register and what would; how many more."""
    rows = [f"00000001{k:02d},新{k},household,{STATION},TA1,113.5,27.6\n" for k in range(23)]
    files = {"customers": ("kh.csv", (FILE + "".join(rows)).encode())}
    page = planner.post("/county/import", files=files, data={"part": "true"}).text
    planner.post(f"/county/import/{upload_of(page)}")
    changed = "".join(rows).replace("新", "改").replace("household", "business", 1)
    files = {"customers": ("kh.csv", (FILE + changed).encode())}
    page = planner.post("/county/import", files=files, data={"part": "true"}).text
    assert counted(page) == ["0", "23", "0", "0", "0"]
    assert page.count("户名：") == 20
    assert "户名：<del>新3</del> → <ins>改3</ins>" in page
    assert "用户类别：<del>居民</del> → <ins>商户</ins>" in page
    assert "还有 3 条" in page


def test_bad_rows_are_left_out_with_their_box_and_can_be_fetched(planner):
    """One row of two has a fault: the other is taken, and nothing of the bad one is lost."""
    rows = f"0000000201,好,household,{STATION},TA1,113.5,27.6\n"
    rows += f"0000000202,坏,household,{STATION},TA1,113.5,999\n"
    files = {"customers": ("坏 kh.csv", (FILE + rows).encode())}
    page = planner.post("/county/import", files=files, data={"skip_bad_rows": "true"}).text
    assert counted(page)[0] == "1"
    assert "1 行有错" in page
    assert "lat" in page
    assert '<code class="cell">999</code>' in page
    upload = upload_of(page)
    assert "error" in planner.get(f"/county/import/{upload}/customers", headers=HTMX).text
    taken = planner.post(f"/county/import/{upload}").text
    assert "坏 kh.rejected.csv" in taken
    rejected = planner.get(f"/county/import/{upload}/customers").text
    assert "0000000202" in rejected
    assert "0000000201" not in rejected
    assert "error" in planner.get(f"/county/import/{upload}/..", headers=HTMX).text


def test_warnings_are_shown_with_the_file_s_own_name(planner):
    """What was read in a way of its own is told before it is taken."""
    rows = [f"00000003{k},户,household,{STATION},TA1,113.5{k},27.6{k}\n" for k in range(10, 13)]
    files = {"customers": ("kh.csv", ("清单\n" + FILE + "".join(rows)).encode())}
    page = planner.post("/county/import", files=files, data={"part": "true"}).text
    assert "△ kh.csv" in page
    assert "uploads" not in page


def test_nothing_chosen_is_said_without_options(planner):
    """A planner has no command line before him."""
    said = planner.post("/county/import", data={"part": "true"}, headers=HTMX).text
    assert "请先选择文件" in said
    assert "--" not in said


def test_what_would_be_emptied_asks_for_its_box(planner):
    """A list without names would take those of twelve people: the page says which box to tick."""
    lines = [f"{k:010d},household,{STATION},TA1,113.5,27.6\n" for k in range(12)]
    files = {"customers": ("kh.csv", (FILE.replace("name,", "") + "".join(lines)).encode())}
    page = planner.post("/county/import", files=files, data={"part": "true"}).text
    assert "kh.csv 会清空" in page
    assert "空着的照样清空" in page
    assert 'hx-post="/county/import/' not in page
    page = planner.post("/county/import", files=files, data={"part": "true", "yes": "true"}).text
    assert 'hx-post="/county/import/' in page


def test_another_datum_is_chosen_on_the_page_not_by_an_option(planner):
    """A heading names GCJ-02 while the page's list says WGS-84: the list is what to change."""
    head = FILE.replace("lon,lat", "高德经度,高德纬度")
    row = f"0000000099,新户,household,{STATION},TA1,113.5,27.6\n"
    page = planner.post("/county/import", files={"customers": ("kh.csv", (head + row).encode())})
    assert "请把“坐标系”选为" in page.text
    assert "--datum" not in page.text
