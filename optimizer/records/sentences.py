"""Why a crew comes and what it looks at, in words for sheets and phones."""

from __future__ import annotations

from typing import Final

_WHY: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "first": "首次走访",
        "overdue_first": "首次走访,原定{date}",
        "nobody_home": "上次({date})家中无人,已走{tries}次",
        "season": "春节返乡补访,已走{tries}次",
        "evening": "晚间补访,已走{tries}次",
        "refused": "曾拒访,再次上门征求意见",
        "request": "业扩报装,第{visit}次上门:{detail}",
        "request_last": "业扩报装,最后一次上门机会,事项一次办结:{detail}",
        "request_spent": "业扩报装,上门次数已超限,请所长关注:{detail}",
        "appointment": "客户预约 {detail}",
        "finding": "{date}发现:{category} {detail}",
        "overdue": "(已超期)",
    },
    "en": {
        "first": "first visit",
        "overdue_first": "first visit, was planned for {date}",
        "nobody_home": "nobody home on {date}, {tries} tries so far",
        "season": "home for Spring Festival, {tries} tries so far",
        "evening": "evening call, {tries} tries so far",
        "refused": "refused before, asked once more",
        "request": "new connection, visit {visit}: {detail}",
        "request_last": "new connection, LAST allowed visit, settle everything: {detail}",
        "request_spent": "new connection, visits are used up, tell the chief: {detail}",
        "appointment": "appointment {detail}",
        "finding": "found on {date}: {category} {detail}",
        "overdue": "(overdue)",
    },
}
_CHECK: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "visit": "查线路、试漏保、征求意见",
        "low_voltage": "测电压",
        "wiring": "查线路是否已整改",
        "rcd": "试漏电保护器",
        "meter": "查电表",
        "billing": "核对电费答复",
        "outage": "问停电是否再发生",
        "tree": "看树障是否清除",
        "pole": "看电杆是否处理",
        "attitude": "回访服务态度",
        "other": "查问题是否解决",
        "request": "按清单逐项办理",
    },
    "en": {
        "visit": "wiring, breaker test, opinions",
        "low_voltage": "measure the voltage",
        "wiring": "is the wiring repaired?",
        "rcd": "test the residual-current breaker",
        "meter": "look at the meter",
        "billing": "was the bill explained?",
        "outage": "did outages come again?",
        "tree": "is the tree cut?",
        "pole": "is the pole mended?",
        "attitude": "ask about the service",
        "other": "is it solved?",
        "request": "go through the list of matters",
    },
}
CATEGORY: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "low_voltage": "低电压",
        "wiring": "线路",
        "rcd": "漏电保护器",
        "meter": "电表",
        "billing": "电费",
        "outage": "停电",
        "tree": "树障",
        "pole": "电杆",
        "attitude": "服务态度",
        "other": "其他",
    },
    "en": {
        "low_voltage": "low voltage",
        "wiring": "wiring",
        "rcd": "residual-current breaker",
        "meter": "meter",
        "billing": "billing",
        "outage": "outage",
        "tree": "tree",
        "pole": "pole",
        "attitude": "attitude",
        "other": "other",
    },
}


def why(key: str, lang: str, **facts: object) -> str:
    """Why a crew comes."""
    return _WHY[lang][key].format(**facts).strip().rstrip(":")


def what_to_check(key: str, lang: str) -> str:
    """What a crew looks at."""
    return _CHECK[lang].get(key, _CHECK[lang]["other"])
