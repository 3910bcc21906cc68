"""The register: the SQLite book of a campaign, and the only room that speaks SQL."""

from optimizer.register.book import Register
from optimizer.register.frames import TABLES, Table
from optimizer.register.imports import STATUSES, ImportSummary, TableCounts
from optimizer.register.restoring import kept_copies
from optimizer.register.salvage import Salvaged

__all__ = [
    "STATUSES",
    "TABLES",
    "ImportSummary",
    "Register",
    "Salvaged",
    "Table",
    "TableCounts",
    "kept_copies",
]
