"""The words of bulletins and ledgers: `locale/bulletin.toml`, beside the whole catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from optimizer.catalogue import Lang, Texts, messages


@cache
def texts(lang: Lang) -> Texts:
    """The whole catalogue with the rooms bulletin, ledger and heading."""
    source = resources.files("optimizer").joinpath("locale", "bulletin.toml")
    own = {
        f"{room}.{name}": both
        for room, table in tomllib.loads(source.read_text(encoding="utf-8")).items()
        for name, both in table.items()
    }
    return Texts(lang, messages() | own)
