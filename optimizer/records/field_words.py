"""The words and codes in which people write results, findings, kinds and ticks."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from optimizer.catalogue import sentences
from optimizer.records.entry import CATEGORIES, KINDS, RESULT_KEYS, RESULTS
from optimizer.tables.clean_text import clean, narrow

if TYPE_CHECKING:
    from collections.abc import Mapping

Vocabulary = Literal["result", "category", "kind"]

_MORE: Final[Mapping[Vocabulary, Mapping[str, str]]] = {
    "result": {
        "done": "已访 已走访 走访 完成走访 已完成 走访完成 完 成功 正常 √ ✓ ✔ 对 ok visited",
        "nobody_home": (
            "无人 没有人 没人在 家中没人 家里没人 家中无人 家里无人 无人在家 无人应答 不在家 不在 "
            "没人在家 未遇 未见 未见到人 外出 外出务工 务工 长期不在家 门锁 锁门 nobody-home away"
        ),
        "refused": "拒 拒绝 拒绝走访 不配合 不同意 refuse",
        "demolished": "拆了 已拆 已拆除 拆迁 房屋拆除 gone",
        "moved": "搬了 搬迁 已搬 已搬走 已搬迁 搬家",
        "duplicate": "重复 重户 重复户 一户多号 double",
        "other": "其它 别的",
    },
    "category": {
        "low_voltage": "电压低 低压 电压 voltage",
        "wiring": "接线 线 线路老化 线路故障 进户线 导线",
        "rcd": "漏电保护器 漏保器 漏保坏 漏电 保护器 剩余电流 breaker",
        "meter": "计量 计量装置 表计 表 电能表 表箱",
        "billing": "收费 抄表 账单 bill",
        "outage": "断电 跳闸 outages",
        "tree": "树 树木 砍树 树线矛盾 trees",
        "pole": "杆 杆塔 电线杆 电杆倾斜 poles",
        "attitude": "态度 服务态度",
        "other": "其它",
    },
    "kind": {
        "first": "首次 首次走访",
        "retry": "再访 重访 补走访",
        "revisit": "复查 复访",
        "request": "业扩报装 报装",
        "appointment": "预约走访 约访",
    },
}
_NAMES: Final = {"result": RESULTS, "category": CATEGORIES, "kind": KINDS}
QUESTIONS: Final = (
    ("supply", ("good", "fair", "bad")),
    ("service", ("good", "fair", "bad")),
    ("repair", ("good", "fair", "bad")),
    ("billing", ("good", "fair", "bad")),
    ("safety", ("safe", "unsafe")),
)
"""What the form asks a customer, and the answers to tick, the best first."""
ASKED: Final = {
    "supply": "供电质量",
    "service": "服务态度",
    "repair": "抢修速度",
    "billing": "抄表收费",
    "safety": "安全用电检查",
}
"""How an opinion names a question: the rules that sort opinions know Chinese words."""
PIECES: Final = ("fuse", "bulb", "rcd")
"""What is changed on the spot and counted."""
_SHORT: Final = {"fuse": ("熔丝",), "bulb": ("灯",), "rcd": ("漏保",)}
_YES: Final = frozenset(
    "1|是|有|对|y|yes|true|√|✓|✔|v|已处理|已修|已修好|修好|已当场处理".split("|")  # noqa: SIM905
)
_NO: Final = frozenset(
    "0|否|无|没有|不|n|no|false|×|✗|x|-|/|未处理|未修|没修|未".split("|")  # noqa: SIM905
)
_NOTHING: Final = frozenset(
    "无|没有|无问题|没问题|未发现|未发现问题|正常|-|--|—|/|0|none|no|ok".split("|")  # noqa: SIM905
)
_APART: Final = re.compile(r"[,;；，、/+\s]+|(?<=[\d线压保表费电障杆)）号类])[和及与]")
_NUMERALS: Final = "零一二三四五六七八九十"
_PIECES: Final = re.compile(
    r"(\d{1,4}|[一二两三四五六七八九十])(?:\.0+)?\s*(?:个|只|根|件|支|枚|套|盏|pcs?)?"
)
_NUMBERED: Final = re.compile(r"\[?\(?(\d{1,2}|[一二三四五六七八九十])\)?\]?(?:号|类|项|\.)?")
"""A code as people write it: (2), 2号, 2. or 二."""


def plain(text: str) -> str:
    """A word as it is compared: without case, width and space at its ends."""
    return narrow(clean(text)).casefold().strip("。.!！ ")


@cache
def _words(vocabulary: Vocabulary) -> dict[str, str]:
    """Every accepted word, plain, with the name that it means."""
    names = _NAMES[vocabulary]
    words = {word: name for name, some in _MORE[vocabulary].items() for word in some.split()}
    for room in (vocabulary, f"{vocabulary}_in_full"):
        for name in names:
            both = sentences().get(f"{room}.{name}", {})
            words |= {plain(word): name for word in both.values()}
    words |= {name: name for name in names} | {name.replace("_", " "): name for name in names}
    numbered: Mapping[Vocabulary, tuple[str, ...]]
    numbered = {"category": CATEGORIES, "result": RESULT_KEYS[:-1]}
    for number, name in enumerate(numbered.get(vocabulary, ()), start=1):
        words |= {str(number): name, _NUMERALS[number]: name}
    return words


def words_of(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """For each name all words and codes that mean it."""
    words = _words(vocabulary)
    return {
        name: sorted(word for word in words if words[word] == name) for name in _NAMES[vocabulary]
    }


def word_of(vocabulary: Vocabulary, text: str) -> str | None:
    """The name that a word or code means; None where it means nothing."""
    words, word = _words(vocabulary), plain(text)
    if word not in words and (coded := _NUMBERED.match(word)):
        # 2线路 says one thing twice
        said, rest = words.get(coded[1]), word[coded.end() :].strip(".、:- ")
        return said if not rest or words.get(rest) == said else None
    return words.get(word)


def piece_of(text: str) -> str | None:
    """The piece that a word means; None where it means none."""
    word = plain(text)
    for name in PIECES:
        if word in {name, *map(plain, sentences()[f"tool.{name}"].values()), *_SHORT[name]}:
            return name
    return None


def categories_of(text: str) -> tuple[str, ...] | None:
    """Categories of a cell such as 线路;漏保, 2、3 or ①; () for 无, None where one is none."""
    whole = word_of("category", text)
    if whole is not None:
        return (whole,)
    if not plain(text) or plain(text) in _NOTHING:
        return ()
    apart = re.sub(r"([①-⑩])", r" \1 ", text)
    found = [word_of("category", part) for part in _APART.split(clean(apart)) if part.strip()]
    named = tuple(dict.fromkeys(name for name in found if name is not None))
    return named if found and len(named) == len({*found}) else None


def tick_of(text: str) -> bool | None:
    """Whether a cell is ticked; None where it says something else."""
    word = plain(text)
    return True if word in _YES else False if word in _NO or not word else None


def repaired_of(text: str) -> bool | None:
    """Whether a cell says that something was repaired: √, 已更换, or 待处理; None if unclear."""
    word = plain(text)
    ticked = tick_of(text)
    if ticked is not None:
        return ticked
    if _UNDONE.search(word):
        return False
    return True if _REPAIRED.search(word) else None


_UNDONE: Final = re.compile(r"未|没|不|无|待|需|需要|部分|报修|上报|计划|not|pending")
_REPAIRED: Final = re.compile(r"已|换|修|处理|紧|接好|整改|排除|恢复|done|fixed|repaired|replaced")


def answer_of(question: str, text: str) -> str | None:
    """The answer of the form that a word means; None where it means none of its answers."""
    answers = dict(QUESTIONS)[question]
    words = {plain(word): name for name in answers for word in _spoken(name)}
    words |= {word: name for name in answers for word in _ANSWERS.get(name, "").split()}
    return words.get(plain(text), answers[0] if tick_of(text) else None)


def form_opinion(opinion: str, answers: Mapping[str, str]) -> str:
    """What the customer said and what was ticked on the form, in one text."""
    ticked = [
        f"{ASKED[name]}：{sentences()[f'form.answer_{answers[name]}']['zh']}"
        for name, _ in QUESTIONS
        if name in answers
    ]
    return "；".join(filter(None, (opinion, *ticked)))


def form_answers(opinion: str) -> tuple[str, dict[str, str]]:
    """The customer's words and the form's answers that `form_opinion` has joined."""
    names = {word: name for name, word in ASKED.items()}
    said, answers = opinion.split("；"), {}
    while said:
        word, _, tick = said[-1].partition("：")
        answer = answer_of(names[word], tick) if word in names else None
        if answer is None:
            break
        answers[names[word]] = answer
        said.pop()
    return "；".join(said), answers


def to_answer(opinion: str) -> str:
    """What of an opinion asks for an answer: all but the form's ticks that are good."""
    words, answers = form_answers(opinion)
    best = {name: given[0] for name, given in QUESTIONS}
    return form_opinion(words, {k: tick for k, tick in answers.items() if tick != best[k]})


_ANSWERS: Final = {
    "good": "很满意 非常满意 十分满意 比较满意 较满意 好 很好 良好 优 优秀",
    "fair": "基本满意 还行 还可以 尚可 中",
    "bad": "很不满意 不太满意 差 很差 不好",
    "safe": "安全 无隐患 正常",
    "unsafe": "不合格 不安全 隐患 存在隐患",
}


def _spoken(answer: str) -> tuple[str, ...]:
    return (answer, *sentences()[f"form.answer_{answer}"].values())


def pieces_of(text: str) -> int | None:
    """How many pieces a cell says: 2, 2个, a tick for one; None where it says something else."""
    if found := _PIECES.fullmatch(plain(text)):
        number = found[1].replace("两", "二")
        count = int(number) if number.isdigit() else _NUMERALS.index(number)
        return count if count <= 1000 else None
    ticked = tick_of(text)
    return None if ticked is None else int(ticked)
