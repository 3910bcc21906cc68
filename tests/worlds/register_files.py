"""Registers looked at from behind, as files."""

# ruff: noqa: S608  (names of tables come from the file itself)

from __future__ import annotations

from contextlib import closing

from optimizer.register.sqlite import sqlite3


def dump(path):
    """Everything that a register's file holds: its schema, and every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        rows = {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for kind, name, _ in schema
            if kind == "table"
        }
    return sorted(schema, key=repr), rows
