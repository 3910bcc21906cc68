"""The register: the SQLite book of a campaign, and the only room that speaks SQL."""

from optimizer.register.book import Register
from optimizer.register.encryption import read_passphrase
from optimizer.register.frames import TABLES, Table
from optimizer.register.imports import STATUSES, ImportSummary, TableCounts
from optimizer.register.restoring import BackupContent, kept_copies
from optimizer.register.salvage import Salvaged

__all__ = [
    "STATUSES",
    "TABLES",
    "BackupContent",
    "ImportSummary",
    "Register",
    "Salvaged",
    "Table",
    "TableCounts",
    "kept_copies",
    "read_passphrase",
]
