"""What comes out of the printer: read back as text, as boxes of words and as pictures."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path

import numpy as np
import paper_world
import pypdf
import pytest
import segno
from golden import lines_of
from hypothesis import given, settings
from hypothesis import strategies as st
from tools import need

from optimizer import maps
from optimizer.atomic_files import file_name
from optimizer.catalogue.escaping import breakable, clean, masked_name, masked_phone
from optimizer.drawing.canvas import Canvas
from optimizer.drawing.frame import Frame, PicturePlane
from optimizer.drawing.label_placement import push_apart, scale_bar
from optimizer.drawing.labels import Label
from optimizer.drawing.polylines import Lines, path_data
from optimizer.drawing.qr import MASK, qr_svg
from optimizer.errors import CampaignError
from optimizer.handouts.navigation_links import navigation_link
from optimizer.handouts.villages import village
from optimizer.model import LonLat, VisitKind
from optimizer.settings import PaperSettings, Settings
from optimizer.sheets import print_station, write_sheets
from optimizer.sheets.crew_sheet import TICK_BOXES
from optimizer.sheets.tool_bag import tool_bag

GOLDEN = Path(__file__).parent / "golden"
A4_PT = (595.3, 841.9)
WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)
HOSTILE = (
    "<script>alert(1)</script>",
    '#eval("1+1") $x^2$ *b* _i_ @a <l>',
    "\"'`\\ [x] {y} // /* */",
    "{{7*7}} ${1}",
)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, without its spaces."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [re.sub(r"[\s\u200b]", "", page.extract_text()) for page in pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def written(plan, tmp_path, settings=None, **options) -> bytes:
    """The sheet of a plan's first crew."""
    drawing = paper_world.drawing(plan)
    return write_sheets(plan, drawing, settings or Settings(), tmp_path, **options)[0].read_bytes()


def with_text(plan, **texts):
    """The same plan, all of its visits with these texts."""
    return replace(plan, visits=tuple(replace(visit, **texts) for visit in plan.visits))


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The sheet of a usual day: twenty-two stops."""
    plan = paper_world.valley(stops=22)
    return plan, written(plan, tmp_path_factory.mktemp("sheets"))


def words_of(pdf: bytes) -> list[list[tuple[str, float, float, float, float]]]:
    """Words of each page with left, top, right and bottom in points."""
    (tool,) = need("pdftotext")
    done = subprocess.run([tool, "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found = []
    for page in done.stdout.decode().split("<page ")[1:]:
        words = WORD.findall(page)
        found.append([(unescape(text), *map(float, box)) for *box, text in words])
    return found


def picture_of(pdf: bytes, page: int = 1, dpi: int = 50) -> np.ndarray:
    """A page as greys, 255 is white."""
    (tool,) = need("pdftoppm")
    command = [tool, "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), "-"]
    image = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", image)
    width, height = int(header[1]), int(header[2])
    return np.frombuffer(image[header.end() :], np.uint8).reshape(height, width)


def test_every_stop_is_on_the_sheet(usual):
    """A stop that is missing on paper is a customer who is never visited."""
    plan, pdf = usual
    pages = pages_of(pdf)
    visits = {visit.visit_id: visit for visit in plan.visits}
    for stop in plan.routes[0].stops:
        visit = visits[stop.visit_id]
        parts = (visit.account_no, visit.name, visit.address, visit.phone, visit.why, visit.check)
        assert any(all(squeezed(part) in page for part in parts) for page in pages), visit


@pytest.mark.parametrize(("stops", "pages"), [(1, 1), (8, 1), (22, 2), (25, 2), (40, 3)])
def test_a_day_takes_few_pages(tmp_path, stops, pages):
    """A clipboard holds two pages well; only a day that nobody should have takes more."""
    plan = with_text(paper_world.valley(stops=stops), why="", check="试跳漏电保护器")
    pdf = written(plan, tmp_path)
    texts = pages_of(pdf)
    assert len(texts) == pages
    for number, text in enumerate(texts, 1):
        assert f"第{number}页/共{pages}页" in text
        assert "到达户名电话户号" in text


def test_a_visit_that_was_late_takes_no_third_page(tmp_path):
    """The longest usual task fills its line and no second one: the map is not to reckon with it."""
    late = "首次走访,原定2027-01-04"
    plan = with_text(paper_world.valley(stops=25), why=late, check="查线路、试漏保、征求意见")
    assert len(pages_of(written(plan, tmp_path))) == 2


def test_a_sheet_goes_through_a_chat_app(tmp_path, usual):
    """Sheets are sent around: a large file would not be."""
    assert len(usual[1]) < 150_000
    assert len(written(paper_world.valley(stops=40), tmp_path)) < 150_000


def test_a_sheet_brings_its_letters_along(usual):
    """A printer that lacks our font must not print boxes."""
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in pypdf.PdfReader(io.BytesIO(usual[1])).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for descriptor in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert re.match(r"/[A-Z]{6}\+", descriptor["/FontName"])


def test_nothing_leaves_the_paper_or_covers_another(tmp_path):
    """Long names push, they do not run over the edge or into the next row."""
    plan = with_text(
        paper_world.valley(stops=9),
        name="阿卜杜热西提·买买提依明江·吐尔逊",
        address="醴陵市泗汾镇李畋村民委员会第十二村民小组四十号附一号二单元三楼",
        why="2月4日发现：漏电保护器不动作，进户线绝缘层破损，已告知客户" * 2,
    )
    pdf = written(plan, tmp_path)
    for page in words_of(pdf):
        for text, left, top, right, bottom in page:
            assert left > 25, text
            assert top > 15, text
            assert right < A4_PT[0] - 25, text
            assert bottom < A4_PT[1] - 15, text
        table = [word for word in page if word[2] > 400]
        for one in table:
            for other in table:
                across = min(one[3], other[3]) - max(one[1], other[1])
                down = min(one[4], other[4]) - max(one[2], other[2])
                assert one is other or across < 1 or down < 2.5, (one, other)
    grey = picture_of(pdf)
    edge = np.concatenate([grey[:8].ravel(), grey[-8:].ravel(), grey[:, :12].ravel()])
    assert edge.min() == 255


def test_boxes_of_a_row_stay_with_its_customer(usual):
    """A tick beside the wrong name is worse than none."""
    for page in words_of(usual[1]):
        accounts = sorted(top for text, _, top, _, _ in page if text.startswith("4300"))
        ticks = sorted(top for text, _, top, _, _ in page if text == "完成")
        assert len(accounts) == len(ticks)
        assert all(abs(a - t) < 12 for a, t in zip(accounts, ticks, strict=True))
        assert all(later - earlier > 40 for earlier, later in pairwise(accounts))


def test_rare_characters_show(tmp_path):
    """People of 李畋镇 and 石塅 exist, and so does a Mr 䶮."""
    plan = with_text(paper_world.valley(stops=1), name="李畋塅姞䶮")
    pdf = written(plan, tmp_path)
    assert "李畋塅姞䶮" in pages_of(pdf)[0]
    assert "〓" not in pages_of(pdf)[0]


def test_what_no_font_has_is_told(tmp_path):
    """An empty box would hide that a letter is missing."""
    plan = with_text(paper_world.valley(stops=1), name="李\U000323af")
    page = pages_of(written(plan, tmp_path))[0]
    assert "李〓" in page
    assert "U+323AF" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_stays_text(tmp_path, text):
    """Names come from files that anybody may have typed, and typst would compute them."""
    plan = with_text(paper_world.valley(stops=2), name=text, address=text, why=text, phone=text)
    plan = replace(plan, station=replace(plan.station, name=text))
    path = print_station(
        plan, paper_world.drawing(plan), Settings(), tmp_path / "all.pdf", forms=True
    )
    pages = pages_of(path.read_bytes())
    wanted = squeezed(text)[:18]
    assert sum(wanted in page for page in pages) >= 4


def test_long_words_turn_no_row_over(tmp_path):
    """A word without an end may neither leave its cell nor fill the page."""
    plan = with_text(paper_world.valley(stops=2), name="W" * 5000, address="x" * 5000)
    assert len(pages_of(written(plan, tmp_path))) == 1


def test_a_stop_without_a_place_is_told(tmp_path):
    """It is on the list, not on the map, and says so."""
    plan = paper_world.valley(stops=3)
    lost = replace(plan.visits[1], location=None)
    plan = replace(plan, visits=(plan.visits[0], lost, *plan.visits[2:]))
    assert "无坐标，按地址找" in pages_of(written(plan, tmp_path))[0]
    nowhere = with_text(plan, location=None)
    assert pages_of(written(nowhere, tmp_path))[0].count("无坐标") == 3


def test_the_whole_station_in_one_file(tmp_path):
    """One click in the morning: the chief's page, then crew after crew, each with its forms."""
    plan = paper_world.valley(stops=5, crews=2)
    drawing = paper_world.drawing(plan)
    path = print_station(plan, drawing, Settings(), tmp_path / "all.pdf", forms=True)
    pages = pages_of(path.read_bytes())
    # Page 1 is the chief's; a crew has 1 sheet, 5 forms by twos, 5 cards by tens, 2 notes by fours.
    assert len(pages) == 1 + 2 * (1 + 3 + 1 + 1)
    assert "今天未安排1户" in pages[0]
    assert "各组今天都没有时间" in pages[0]
    assert "改到明天" in pages[0]
    assert pages[1].index("C001") < pages[1].index("第1页")
    # The running head of later pages would lie over the head of a sheet's first page.
    assert pages[1].count("2027年3月2日") == pages[7].count("2027年3月2日") == 1
    assert pages[2].count("征求意见表") == 2
    assert pages[5].count("便民联系卡") == 5
    assert pages[6].count("您好，我们来过了") == 4
    assert "C002组" in pages[7]
    plain = print_station(plan, drawing, Settings(), tmp_path / "plain.pdf")
    assert len(pages_of(plain.read_bytes())) == 3


def test_forms_are_filled_in(tmp_path):
    """Nobody should write an account number by hand in the rain."""
    plan = paper_world.valley(stops=1)
    pdf = written(plan, tmp_path, forms=True)
    form, card = pages_of(pdf)[1:3]
    visit = plan.visits[0]
    for part in (visit.account_no, visit.name, visit.address, visit.phone, "0731-23401001"):
        assert part in form
    for part in (visit.account_no, visit.name, "0731-23401001", "13800000001", "95598"):
        assert part in card


def test_the_bag_holds_what_the_day_calls_for():
    """Six visits, one of them for a breaker: the sum is in the comment."""
    paper = PaperSettings(
        bag_always={"pliers": 1},
        bag_per_visit={"note": 0.3, "rcd": 0.1},
        bag_per_finding={"rcd": {"rcd": 1, "tape": 2}},
    )
    visits = [replace(visit, finding="") for visit in paper_world.valley(stops=6).visits[:6]]
    visits[2] = replace(visits[2], kind=VisitKind.REVISIT, finding="rcd")
    # rcd: 1 for the finding + 6 x 0.1 = 1.6, so 2; notes: 6 x 0.3 = 1.8, so 2, papers last.
    assert tool_bag(visits, paper) == [("pliers", 1), ("rcd", 2), ("tape", 2), ("note", 2)]


def test_a_row_has_a_box_for_what_a_phone_has_a_button_for():
    """Who has moved away is said on paper as on the phone, not lost among the others."""
    page = (Path(maps.__file__).parent / "templates" / "phone.js").read_text(encoding="utf-8")
    for name in TICK_BOXES:
        assert f"'{name}'" in page
    assert "moved" in TICK_BOXES


def test_a_revisit_of_two_findings_needs_the_tools_of_both():
    """A pole and a breaker at one door are checked on one visit, with one bag."""
    paper = PaperSettings(
        bag_always={}, bag_per_visit={}, bag_per_finding={"rcd": {"rcd": 1}, "pole": {"tape": 2}}
    )
    visit = replace(paper_world.valley(stops=1).visits[0], finding="pole;rcd")
    assert tool_bag([visit], paper) == [("tape", 2), ("rcd", 1)]


def test_masked_sheets_keep_secrets(tmp_path):
    """A sheet that is shown around must not carry everybody's phone."""
    plan = with_text(paper_world.valley(stops=2), name="李建国", phone="13812345678")
    page = pages_of(written(plan, tmp_path, mask=True))[0]
    assert "李**" in page
    assert "138****5678" in page
    assert "建国" not in page
    assert "13812345678" not in page


def test_english_sheets_speak_english(tmp_path):
    """The colleague from abroad reads the same sheet."""
    plan = with_text(
        paper_world.valley(stops=2), name="Li", address="No. 1", why="", check="", area="A1"
    )
    plan = replace(
        plan,
        station=replace(plan.station, name="Sifen"),
        crews=tuple(replace(crew, members=("Li", "Wang"), motorcycle="B1") for crew in plan.crews),
        unassigned=(),
    )
    settings = Settings.model_validate({"campaign": {"name": "visits", "county": "Liling"}})
    drawing = replace(paper_world.drawing(plan), places=())
    path = print_station(plan, drawing, settings, tmp_path / "all.pdf", "en", forms=True)
    texts = "".join(pages_of(path.read_bytes()))
    assert set(re.findall(r"[\u4e00-\u9fff]", texts)) <= {"所"}


def test_a_sheet_reads_as_it_did(tmp_path):
    """The golden sheet of a day of four stops, as text; a wanted change is copied over it."""
    plan = paper_world.valley(stops=4)
    reader = pypdf.PdfReader(io.BytesIO(written(plan, tmp_path)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    got, kept = lines_of(GOLDEN / "sheet.txt", text)
    assert got == kept


def test_a_chiefs_page_reads_as_it_did(tmp_path):
    """The golden page of a station with two crews, as text."""
    plan = paper_world.valley(stops=3, crews=2)
    path = print_station(plan, paper_world.drawing(plan), Settings(), tmp_path / "station.pdf")
    got, kept = lines_of(GOLDEN / "chief.txt", pypdf.PdfReader(path).pages[0].extract_text())
    assert got == kept


def test_forms_read_as_they_did(tmp_path):
    """The golden forms, cards and notes of a day of two stops, as text."""
    pages = pypdf.PdfReader(io.BytesIO(written(paper_world.valley(stops=2), tmp_path, forms=True)))
    text = "\n".join(page.extract_text() for page in pages.pages[1:])
    got, kept = lines_of(GOLDEN / "forms.txt", text)
    assert got == kept


def test_the_same_plan_makes_the_same_sheet(tmp_path):
    """Whoever prints again must not get another sheet."""
    plan = paper_world.valley(stops=3)
    assert written(plan, tmp_path / "a") == written(plan, tmp_path / "b")


def test_small_codes_are_those_of_segno():
    """A code that a phone does not read is worse than none."""
    link = "https://uri.amap.com/navigation?to=113.494120,27.660120&mode=ride"
    want = segno.make(link, error="l", boost_error=False, micro=False, mask=MASK).matrix
    got = np.zeros((len(want), len(want)), dtype=int)
    for x, y, end in re.findall(r"M(\d+) (\d+)\.5H(\d+)", qr_svg(link)):
        got[int(y), int(x) : int(end)] = 1
    assert got.tolist() == [list(row) for row in want]


def test_small_codes_have_large_squares():
    """A cheap phone reads a code of 33 modules in the rain, one of 37 only now and then."""
    link = navigation_link("amap", LonLat(113.494120, 27.660120))
    assert len(segno.make(link, error="l", boost_error=False, micro=False).matrix) == 33


@pytest.mark.parametrize("corners", range(5))
def test_the_scale_covers_no_number(corners):
    """A number under the scale is a door that nobody finds; with all corners full, it must be."""
    canvas = Canvas(PicturePlane(LonLat(113.5, 27.6)), Frame(0, 0, 1000, 800), 100, 80)
    places = ((0, 72, 40, 80), (60, 72, 100, 80), (0, 0, 40, 8), (60, 0, 100, 8))[:corners]
    taken = list(places)
    assert scale_bar(canvas, taken)
    left, top, right, bottom = taken[-1]
    assert left >= 0
    assert right <= 100
    assert top >= 0
    assert bottom <= 80
    covered = [
        box
        for box in places
        if left < box[2] and box[0] < right and top < box[3] and box[1] < bottom
    ]
    assert bool(covered) == (corners == 4)


def test_a_chief_sees_all_crews_on_one_page(tmp_path):
    """Whatever the map leaves free: many crews with long names stay on the page."""
    plan = paper_world.valley(stops=3, crews=20)
    crews = tuple(replace(crew, members=("欧阳建国", "司马秀英")) for crew in plan.crews)
    plan = replace(plan, crews=crews)
    drawing = paper_world.drawing(plan)
    path = print_station(plan, drawing, Settings(), tmp_path / "all.pdf")
    assert len(pages_of(path.read_bytes())) == 1 + 20


def test_villages_are_found_in_addresses():
    """A chief thinks in villages, not in account numbers."""
    visit = paper_world.valley(stops=1).visits[0]
    for address, name in {
        "泗汾镇石塅村8组32号": "石塅村",
        "醴陵市来龙门街道玉瓷社区5栋": "玉瓷社区",
        "李畋村3组": "李畋村",
        "No. 1, Main Street": "T1",
        "": "T1",
    }.items():
        assert village(replace(visit, address=address, area="T1")) == name


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_cleaned_text_is_one_line_that_ends(text):
    """Whatever a file holds, a cell gets one line without tricks."""
    line = clean(text, 60)
    assert len(line) <= 60
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)
    assert breakable(line).replace("\u200b", "") == line.replace("\u200b", "")


@given(st.text(alphabet="李王张abc", max_size=9), st.text(alphabet="0123456789", max_size=12))
def test_masks_hide_half(name, phone):
    """Enough to recognise a customer at the door, too little to call one up."""
    assert len(masked_name(name)) == len(name)
    assert masked_name(name).count("*") >= len(name) // 2
    assert len(masked_phone(phone)) == len(phone)
    assert sum(char.isdigit() for char in masked_phone(phone)) <= 7


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 80)), min_size=1, max_size=22))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_numbers_on_the_map_cover_no_other(anchors):
    """Twenty-two stops in one hamlet: each number must be seen."""
    frame = Frame(0, 0, 1000, 800)
    canvas = Canvas(PicturePlane(LonLat(113.5, 27.6)), frame, 100, 80)
    labels = push_apart([Label("9", np.array(at), np.array(at)) for at in anchors], canvas)
    places = np.array([label.at for label in labels])
    assert (places > 2).all()
    assert (places < [98, 78]).all()
    gaps = np.abs(places[:, None] - places[None, :]).max(axis=2) + 99 * np.eye(len(places))
    assert gaps.min() > 3.2


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=2, max_size=6
        ),
        max_size=5,
    )
)
def test_lines_come_back_from_their_path(lines):
    """Phones read the map's lines from the picture's paths: nothing may be lost on the way."""
    points = np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    data = path_data(Lines(points, owner), (0, 0), 1.0)
    back = []
    for piece in data.split("M")[1:]:
        numbers = np.array([int(x) for x in re.findall(r"-?\d+", piece)]).reshape(-1, 2)
        back.append([tuple(point) for point in np.cumsum(numbers, axis=0).tolist()])
    distinct = [
        [point for index, point in enumerate(line) if index == 0 or point != line[index - 1]]
        for line in lines
    ]
    assert back == [line for line in distinct if len(line) > 1]


def test_a_sheet_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    """A sheet that is open in a viewer, a full disk: the chief is told which, and what to do."""
    plan = paper_world.valley(stops=2)
    blocked = tmp_path / "C001.pdf"
    blocked.mkdir()
    with pytest.raises(CampaignError, match=r"C001\.pdf cannot be written: close it"):
        written(plan, tmp_path)
    with pytest.raises(CampaignError, match="cannot be written"):
        print_station(plan, paper_world.drawing(plan), Settings(), blocked)
    assert [path.name for path in tmp_path.iterdir()] == ["C001.pdf"]


def renamed(plan, **names):
    """The same plan with other ids of crews."""
    return replace(
        plan,
        crews=tuple(replace(crew, crew_id=names[crew.crew_id]) for crew in plan.crews),
        routes=tuple(replace(route, crew_id=names[route.crew_id]) for route in plan.routes),
    )


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_crew_taken_off_the_day_keeps_no_sheet(tmp_path, on_duty):
    """Else two crews go to one door: one by today's plan, one by what lay in the folder."""
    plan = renamed(paper_world.valley(stops=1, crews=2), C001="A 1", C002="二组/1")
    elsewhere = renamed(plan, **{"A 1": "C3", "二组/1": "C4"})
    elsewhere = replace(elsewhere, station=replace(plan.station, station_id="ST0"))
    tomorrow = replace(plan, date=plan.date + dt.timedelta(1))
    tomorrow = renamed(tomorrow, **{"A 1": "C5", "二组/1": "C6"})
    files = {
        each: {p.name for p in write_sheets(each, paper_world.drawing(each), Settings(), tmp_path)}
        for each in (plan, elsewhere, tomorrow)
    }
    print_station(plan, paper_world.drawing(plan), Settings(), tmp_path / "ST01.pdf")
    (tmp_path / "README.md").write_text("ours", encoding="utf-8")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF of somebody else")
    before = {path.name for path in tmp_path.iterdir()}
    crews = plan.crews if on_duty else plan.crews[:1]
    changed = replace(plan, crews=crews, routes=plan.routes[:1], version=2)
    (kept,) = write_sheets(changed, paper_world.drawing(plan), Settings(), tmp_path)
    assert len(before) == 6 + 3
    assert before - {path.name for path in tmp_path.iterdir()} == files[plan] - {kept.name}


@given(st.lists(st.text(st.sampled_from("A1/ _.-一"), min_size=1, max_size=6), unique=True))
def test_crews_share_no_file(crew_ids):
    """The ids A/1, A 1 and A_1 are of three crews: none prints over another's sheet."""
    names = [file_name(crew_id) for crew_id in crew_ids]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[\w.-]+", name) and name[0] != "." for name in names)


def test_names_of_files_are_those_of_the_crews():
    """A chief looks for a sheet by the crew's id; only an odd one gets a tail."""
    assert [file_name(crew) for crew in ("S01-02", "一组", "A_1")] == ["S01-02", "一组", "A_1"]
    assert re.fullmatch(r"A_1-[0-9a-f]{8}", file_name("A/1"))
    assert file_name(file_name("A/1")) != file_name("A/1")
    assert re.fullmatch(r"file-[0-9a-f]{8}", file_name(".."))
    assert len(file_name("长" * 300)) < 80
    assert file_name("CON") != "CON", "Windows keeps this name for a device"


@pytest.mark.parametrize("name", ["泗汾供电所", "示例·阳三石街道中心供电所"])
def test_plate_and_phone_of_a_crew_stay_together(tmp_path, name):
    """The chief reads both in one glance: a long line breaks before them, not between."""
    plan = paper_world.valley(stops=2)
    plan = replace(plan, station=replace(plan.station, name=name))
    words = words_of(written(plan, tmp_path))[0]
    lines = {text: top for text, _, top, _, _ in words if text in {"湘B·A1234", "13800000001"}}
    (date,) = (top for text, _, top, _, _ in words if text == "2027年3月2日")
    assert lines["湘B·A1234"] == pytest.approx(lines["13800000001"], abs=1)
    assert (lines["13800000001"] > date + 5) == (len(name) > 8)


def test_english_boxes_stand_in_a_line(tmp_path):
    """Longer words than the Chinese ones must not push the boxes under each other."""
    plan = paper_world.valley(stops=1)
    words = words_of(written(plan, tmp_path, lang="en"))[0]
    results = ("Done", "Nobody", "Refused", "Gone", "Other")
    tops = {top for text, _, top, _, _ in words if text in results}
    assert max(tops) - min(tops) < 2
