"""Made-up people: names that sound like the place, telephone numbers that cannot be real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.example.terrain import Floats, Ints

    Texts = NDArray[np.object_]

SURNAMES = (
    "刘李张陈黄易杨王丁周罗彭吴谢汤钟何邓曾文唐胡朱肖徐郭赖贺林匡叶宋潘江廖兰程巫苏瞿"
    "阳余晏蔡欧凌黎龙袁汪游傅付邱史钱宁姚郑孙马卜殷左耿漆申"
)
GIVEN = (
    "国建明华文平志军德辉伟勇强光荣春生秋冬祥福贵富财旺兴发良才根水金木土火石山海江河湖清"
    "红霞秀英兰芳桂香梅菊莲玉珍凤娥翠琼丽萍艳芬娟燕玲静敏慧婷洁雪云月星晨雨思佳欣怡梦瑶"
    "子轩浩宇涵博睿嘉俊豪杰鹏飞超凡阳波涛林森成龙虎义仁礼智信忠孝安康健美新民友谊和顺利"
)
RARE = "畋塅姞䶮喆昇堃淼焱垚甯湉"
RARE_SHARE = 0.004
SHOP_SIGNS = (
    "老街 渌江 瓷都 鸿运 金太阳 福万家 顺达 兴隆 佳佳 湘味 小谢 四季 新时代 美华 宏发 聚源 "
    "家家乐 好又来 红拂 李畋 永盛 天天 友谊 东方 惠民"
)
SHOPS = (
    "米粉店 超市 便利店 五金店 瓷器行 理发店 药房 餐馆 茶馆 服装店 摩托车修理店 建材行 农资店 "
    "水果店 早餐店 面包房 快递点 幼儿园 旅馆 网吧 家电行 文具店"
)
WORKS = (
    "电瓷厂 陶瓷有限公司 出口花炮厂 玻璃厂 水泥制品厂 采石场 自来水厂 污水处理厂 水泵站 养猪场 "
    "中学 医院 粮食加工厂 纸箱厂 服饰厂 冷库"
)


def person_names(count: int, rng: np.random.Generator) -> Texts:
    """Names of two or three characters, common surnames often, rare characters now and then."""
    weight = 1 / (np.arange(len(SURNAMES)) + 6.0)
    first = _pick(SURNAMES, count, rng, weight)
    middle = _pick(GIVEN, count, rng)
    last = np.where(rng.random(count) < 0.24, "", _pick(GIVEN, count, rng))
    rare = rng.random(count) < RARE_SHARE
    middle = np.where(rare, _pick(RARE, count, rng), middle)
    return np.asarray(first + middle + last, dtype=object)


def distinct_names(count: int, rng: np.random.Generator) -> Texts:
    """Names of which no two are the same."""
    names: dict[str, None] = {}
    while len(names) < count:
        names.update(dict.fromkeys(person_names(count, rng).tolist()))
    return np.array(list(names)[:count], dtype=object)


def shop_names(count: int, rng: np.random.Generator) -> Texts:
    """Names of shops."""
    return np.asarray(
        _pick(SHOP_SIGNS.split(), count, rng) + _pick(SHOPS.split(), count, rng), dtype=object
    )


def works_names(towns: Texts, rng: np.random.Generator) -> Texts:
    """Names of factories and the like, one in each of the towns given."""
    signs = _pick(SHOP_SIGNS.split(), len(towns), rng)
    return np.asarray(towns + signs + _pick(WORKS.split(), len(towns), rng), dtype=object)


def telephones(count: int, rng: np.random.Generator) -> Texts:
    """Eleven digits that begin like a mobile number whose exchange nobody has."""
    return np.array([f"1390000{n:04d}" for n in rng.integers(0, 10_000, count)], dtype=object)


def hamlet_names(count: int, rng: np.random.Generator) -> Texts:
    """Names such as 易家冲."""
    weight = 1 / (np.arange(len(SURNAMES)) + 6.0)
    family = _pick(SURNAMES, count, rng, weight)
    return np.asarray(family + _pick(ENDINGS.split(), count, rng), dtype=object)


ENDINGS = "家冲 家湾 家坳 家塘 家屋场 家垅 家坡 家坪 家塅 家咀 家大屋 家老屋 家垄 家桥"


def _pick(
    choices: str | list[str], count: int, rng: np.random.Generator, weight: Floats | None = None
) -> Texts:
    pool = np.array(list(choices), dtype=object)
    chance = None if weight is None else weight / weight.sum()
    index: Ints = rng.choice(len(pool), count, p=chance)
    return np.asarray(pool[index])
