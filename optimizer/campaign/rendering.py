"""What the campaign tells people in a terminal, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.campaign.certificate import Certificate
from optimizer.campaign.reasons import NEXT_STEPS, REASONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from optimizer.campaign.replan import Replan
    from optimizer.campaign.scenario import Outcome, WhatIf
    from optimizer.messages import Lang

_TEXTS = {
    "zh": {
        "title": "覆盖证明",
        "customers": "客户 {customers:,} 户：已排定 {planned:,}，已完成 {settled:,}，"
        "跟进中 {following:,}，未排定 {open:,}",
        "days": "小组工作日：需要 {needed:,}，可用 {available:,}（{start} 至 {finish}）",
        "last": "全部完成：{last_day}，余 {slack_days} 天",
        "areas": "台区 {areas:,} 个，一次连续走完 {whole_share:.1%}；"
        "路途占工时 {travel_share:.1%}；最忙小组年工时高于均值 {longest_share:.1%}",
        "forecast": "{forecast_from} 起的工作日为预测（尚未公布），"
        "涉及 {forecast_blocks:,} 个走访块",
        "unwished": "{unwished:,} 个走访块未能按心愿或季节安排",
        "short": "{station}：缺 {lacking:,} 个小组工作日，{customers:,} 户排不下",
        "lend": "办法：支援小组 {changes}",
        "duty": "办法：每周增加出勤 {changes}",
        "finish": "办法：推迟完成 {changes}",
        "what_if": "假如 {changes}",
        "outcome_columns": "供电所|小组|需要|可用|排不下|完成日期|最早可完成|最长工时",
        "replan": "{frozen_until} 以前按已打印安排；{moved:,} 户换了日期或小组，{same:,} 户不变，"
        "{entered:,} 户新排入，{left:,} 户排不下",
        "replan_columns": "供电所|逾期未访|自|完成率|已打印|不变|变动|新排入|排不下|原完成|现完成",
        "stations": "供电所",
        "months": "按月",
        "columns": "供电所|客户|已排定|已完成|跟进中|未排定|完成日期|余天",
        "load_columns": "供电所|小组|需要|可用|平均工时|最长|最短|台区连续",
        "load": "小组工作日与工时",
        "incomplete": "期内不能全部完成：已排定部分至 {last_day}",
        "month_columns": "月份|走访块|户次|工时",
    },
    "en": {
        "title": "Certificate of coverage",
        "customers": "{customers:,} customers: {planned:,} planned, {settled:,} done, "
        "{following:,} in follow-up, {open:,} not planned",
        "days": "crew-days: {needed:,} needed, {available:,} available ({start} to {finish})",
        "last": "finished on {last_day}, {slack_days} days to spare",
        "areas": "{areas:,} areas, {whole_share:.1%} in one stretch; travel is {travel_share:.1%} "
        "of work; the longest crew's year is {longest_share:.1%} above the mean",
        "forecast": "working days from {forecast_from} on are a forecast: "
        "{forecast_blocks:,} blocks",
        "unwished": "{unwished:,} blocks are outside what wishes and seasons asked for",
        "short": "{station}: {lacking:,} crew-days short, {customers:,} customers without a day",
        "lend": "would help: lent crews {changes}",
        "duty": "would help: more duty days a week {changes}",
        "finish": "would help: a later finish {changes}",
        "what_if": "What if {changes}",
        "outcome_columns": "station|crews|needed|available|without day|finish|earliest|longest h",
        "replan": "as printed until {frozen_until}; {moved:,} customers have another day or crew, "
        "{same:,} the same, {entered:,} came in, {left:,} lost their day",
        "replan_columns": "station|overdue|since|pace|printed|same|moved|entered|left|"
        "finish before|finish now",
        "stations": "Stations",
        "months": "By month",
        "columns": "station|customers|planned|done|follow-up|not|finish|slack",
        "load_columns": "station|crews|needed|available|mean h|longest|shortest|in one stretch",
        "load": "Crew-days and hours",
        "incomplete": "not all within the horizon: what is planned ends on {last_day}",
        "month_columns": "month|blocks|visits|hours",
    },
}


def _texts(lang: Lang) -> Callable[..., str]:
    return lambda name, **values: _TEXTS[lang][name].format(**values)


def render(account: Certificate, lang: Lang) -> RenderableType:
    """The certificate as text and tables for a terminal."""
    text = _texts(lang)
    facts = {name: getattr(account, name) for name in Certificate.__slots__}
    lines = [Text(text("title"), style="bold")]
    following, unplanned = (sum(c.values()) for c in (account.follow_up, account.unplanned))
    lines.append(Text(text("customers", following=following, open=unplanned, **facts)))
    for code, number in account.follow_up.items():
        lines.append(Text(f"  {number:,} {code}: {NEXT_STEPS[code].sentence(lang)}"))
    for code, number in account.unplanned.items():
        sentence = REASONS[code].sentence(lang)
        lines.append(Text(f"  {number:,} {code}: {sentence}", style="yellow"))
    lines.append(Text(text("days", **facts)))
    lines.extend(_help_lines(account, text))
    if account.last_day is not None:
        lines.append(Text(text("incomplete" if account.shortages else "last", **facts)))
    lines.append(Text(text("areas", **facts)))
    if account.unwished:
        lines.append(Text(text("unwished", **facts), style="yellow"))
    if account.forecast_blocks:
        lines.append(Text(text("forecast", **facts)))
    tables = (_station_table, _load_table, _month_table)
    return Group(*lines, *(table(account, text) for table in tables))


def _help_lines(account: Certificate, text: Callable[..., str]) -> list[Text]:
    short = [
        text("short", station=s.station, lacking=s.lacking, customers=s.customers)
        for s in account.shortages
    ]
    ways = [
        text(remedy.kind, changes=" ".join(map(str, remedy.changes))) for remedy in account.remedies
    ]
    return [*(Text(line, style="yellow") for line in short), *(Text(line) for line in ways)]


def _narrow(columns: str, title: str) -> Table:
    """A table that keeps its figures whole on eighty columns."""
    first, *others = columns.split("|")
    table = Table(first, title=title, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _station_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = _narrow(text("columns"), text("stations"))
    for station in account.stations:
        table.add_row(
            f"{station.station} {station.name}",
            f"{station.customers:,}",
            f"{station.planned:,}",
            f"{station.settled:,}",
            f"{sum(station.follow_up.values()):,}",
            f"{sum(station.unplanned.values()):,}",
            str(station.finish or "–"),
            "–" if station.slack_days is None else str(station.slack_days),
        )
    return table


def _load_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = _narrow(text("load_columns"), text("load"))
    for station in account.stations:
        table.add_row(
            f"{station.station} {station.name}",
            str(station.crews),
            f"{station.needed:,}",
            f"{station.available:,}",
            f"{station.mean_h:,.0f}",
            f"{station.longest_h:,.0f}",
            f"{station.shortest_h:,.0f}",
            f"{station.whole / max(1, station.areas):.1%}",
        )
    return table


def _month_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = Table(*text("month_columns").split("|"), title=text("months"))
    for month in account.months:
        table.add_row(
            month["month"], f"{month['blocks']:,}", f"{month['visits']:,}", f"{month['hours']:,.0f}"
        )
    return table


def render_what_if(answer: WhatIf, lang: Lang) -> RenderableType:
    """Stations before and after; those that stay as they are are left out."""
    text = _texts(lang)
    title = text("what_if", changes=" ".join(map(str, answer.changes)))
    table = Table(*text("outcome_columns").split("|"), title=title)
    for before, after in zip(answer.before, answer.after, strict=True):
        if before != after:
            table.add_row(*_outcome_cells(before), style="dim")
            table.add_row(*_outcome_cells(after), end_section=True)
    return table


def _outcome_cells(outcome: Outcome) -> list[str]:
    return [
        f"{outcome.station} {outcome.name}",
        str(outcome.crews),
        f"{outcome.needed:,}",
        f"{outcome.available:,}",
        f"{outcome.without_day:,}",
        str(outcome.finish or "–"),
        str(outcome.earliest or "–"),
        f"{outcome.longest_h:,.0f}",
    ]


def render_replan(answer: Replan, lang: Lang) -> RenderableType:
    """What a replan has found and changed, station by station."""
    text = _texts(lang)
    names = ("moved", "same", "entered", "left")
    sums = {name: sum(getattr(news, name) for news in answer.news) for name in names}
    table = Table(*text("replan_columns").split("|"))
    for news in answer.news:
        table.add_row(
            news.station,
            f"{news.overdue:,}",
            str(news.since or "–"),
            f"{news.pace:.0%}",
            *(f"{number:,}" for number in (news.kept, news.same, news.moved)),
            *(f"{number:,}" for number in (news.entered, news.left)),
            str(news.finish_before or "–"),
            str(news.finish_after or "–"),
        )
    return Group(Text(text("replan", frozen_until=answer.frozen_until, **sums)), table)
