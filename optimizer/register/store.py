"""The register's file: opened, migrated, locked, backed up, restored; SQLite's errors in words."""

from __future__ import annotations

import datetime as dt
import getpass
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from optimizer.atomic_files import beside, discard, make_private, settle
from optimizer.catalogue import Message, sentences
from optimizer.errors import RegisterError
from optimizer.register import queue, seals
from optimizer.register.encryption import is_encrypted
from optimizer.register.schema import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from optimizer.register.sqlite import VERSION, is_sound, sqlite3

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Row = tuple[Any, ...]
    Values = Sequence[Any] | dict[str, Any]

BUSY_MS: Final = 120_000
"""How long a writer waits for another: longer than the longest import takes."""
CACHE_KB: Final = 65_536
"""Pages of the register that are kept in memory."""
SCAN_CACHE_KB: Final = 2048
"""The same while whole tables are read."""

_REFUSALS: Final = (sqlite3.Error, UnicodeDecodeError)
"""How SQLite refuses; the second where a disk has changed the text of the schema itself."""
_APPLICATION_ID_AT: Final = 68
"""Where SQLite's header has it, in 4 bytes (https://www.sqlite.org/fileformat2.html)."""
_STRAYS: Final = "SELECT * FROM pragma_foreign_key_check LIMIT 100"


class DamagedError(RegisterError):
    """The file holds no register that could be read: it may be moved aside."""


def now_text() -> str:
    """The present moment as ISO text with the offset to UTC, to the second."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


class Store:
    """A connection to one register file, with transactions that are whole or nothing.

    One thread uses it at a time; opening another is cheap, and writers queue.

    Parameters
    ----------
    path
        The file; it must be a register of this or an older schema version.
    who
        Name that stands beside every change; the name of the operating system's user by default.

    Raises
    ------
    RegisterError
        The file is missing, is no register, is damaged, or belongs to a newer program.
    """

    def __init__(self, path: Path, *, who: str | None = None) -> None:
        self.path = path
        self.who = who or _user_name()
        self._connection = _connect(path)
        self._writing = False
        self._sealed_on = ""
        try:
            with self._translated():
                self._migrate()
                self._connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def create(cls, path: Path, *, who: str | None = None) -> Self:
        """Make an empty register; the file appears whole or not at all."""
        if path.exists() and path.stat().st_size:
            raise RegisterError("register.there", path=path)
        if not path.parent.is_dir():
            raise RegisterError("register.no_folder", folder=path.parent)
        new = beside(path)
        try:
            make_private(new)
            with closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _insist_on_wal(connection, path)
            cls(new, who=who).close_whole()
            settle(new, path)
        except sqlite3.Error as error:
            raise _in_words(path, error) from error
        except OSError as error:
            raise RegisterError("register.not_made", path=path, error=error) from error
        finally:
            discard(new)
        return cls(path, who=who)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def close_whole(self) -> None:
        """Let go of a file that is to be moved: first all of its log goes into it.

        Raises
        ------
        RegisterError
            The log cannot be written into the file, which is not whole without it.
        """
        busy = self.value("PRAGMA wal_checkpoint(TRUNCATE)")
        self.close()
        if busy:
            raise RegisterError("register.queue", path=self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        with self._translated():
            return self._connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a query, one after the other."""
        with self._translated():
            yield from self._connection.execute(sql, values)

    def value(self, sql: str, values: Values = ()) -> Any:  # noqa: ANN401
        """First column of the first row of a query; None without one."""
        with self._translated():
            row = self._connection.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def run(self, sql: str, values: Values = ()) -> int:
        """Execute one statement and tell the id of the row that it inserted."""
        with self._translated():
            return self._connection.execute(sql, values).lastrowid or 0

    def attempt(self, sql: str, values: Values = ()) -> bool:
        """Execute one statement inside a transaction; False where it contradicts the schema."""
        try:
            self._connection.execute(sql, values)
        except sqlite3.IntegrityError:
            return False
        return True

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute one statement for each row of values."""
        with self._translated():
            self._connection.executemany(sql, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the register in several queries, whatever others write."""
        if self._connection.in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            self._connection.rollback()

    @contextmanager
    def scanning(self) -> Iterator[None]:
        """The same for whole tables: pages that are read once are not kept in memory."""
        with self.reading():
            self.run(f"PRAGMA cache_size = -{SCAN_CACHE_KB}")
            try:
                yield
            finally:
                self.run(f"PRAGMA cache_size = -{CACHE_KB}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Change the register: everything inside is kept, or nothing when it raises.

        Inside another `writing` it belongs to that one.
        """
        if self._writing:
            yield
            return
        with self.turn_at(self.path):
            self.run("BEGIN IMMEDIATE")
            self._writing = True
            try:
                self._seal()
                yield
                with self._translated():
                    self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise
            finally:
                self._writing = False

    def _seal(self) -> None:
        """Seal what earlier days have added, once a day."""
        at = now_text()
        if at[:10] != self._sealed_on:
            seals.seal(self, at)
            self._sealed_on = at[:10]

    @staticmethod
    @contextmanager
    def turn_at(path: Path) -> Iterator[None]:
        """Be the only one who writes to a register: who came first is first.

        Raises
        ------
        RegisterError
            Others keep it, or there is no place in the queue to be had.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(queue.turn(path, BUSY_MS / 1000))
            except queue.QueueTimeoutError as error:
                raise RegisterError("register.queue", path=path) from error
            except OSError as error:
                raise RegisterError("register.unwritable", path=path, error=error) from error
            yield

    def faults(self) -> list[Message]:
        """What SQLite finds wrong with the file and its references; empty when it is whole.

        Raises
        ------
        RegisterError
            It cannot be looked at, for another reason than damage.
        """
        old = [] if is_sound(VERSION) else [Message("doctor.sqlite", version=VERSION)]
        try:
            return (
                old
                + self.damage()
                + [
                    Message("doctor.stray", table=table, row=row, parent=parent)
                    for table, row, parent, _ in self.rows(_STRAYS)
                ]
            )
        except DamagedError as error:
            return [Message("doctor.damaged", why=error)]

    def damage(self) -> list[Message]:
        """What is wrong with the file itself, whatever its rows say; empty when it is whole."""
        try:
            whole = self.rows("PRAGMA integrity_check(100)")
            wrong = [Message("doctor.damaged", why=text) for (text,) in whole if text != "ok"]
            if not wrong:
                self._read_all()
                wrong = seals.broken(self)
        except DamagedError as error:
            return [Message("doctor.damaged", why=error)]
        return wrong

    def _read_all(self) -> None:
        """Read every row: bytes that are no text any more are damage."""
        for (table,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for _ in self.each(f'SELECT * FROM "{table}"'):  # noqa: S608  (the register's own)
                pass

    def copy_to(self, path: Path, *, strays: bool = False) -> None:
        """Write a consistent copy of the register while others work with it.

        Parameters
        ----------
        strays
            Whether rows that name something that is not there are copied too.

        Raises
        ------
        RegisterError
            The copy cannot be written, or is not whole: then there is none; or what stands at
            `path` is this register, or no register at all.
        """
        refuse_to_replace(path, self.path)
        new = beside(path)
        try:
            make_private(new)
            with self._translated(), closing(sqlite3.connect(new)) as copy:
                self._connection.backup(copy)
            with Store(new) as written:
                faults = written.damage() if strays else written.faults()
                written.close_whole()
            if faults:
                raise RegisterError("register.bad_copy", path=self.path, faults=faults[:3])
            settle(new, path)
        except OSError as error:
            raise RegisterError("register.unwritable", path=path, error=error) from error
        finally:
            discard(new)

    def replace_by(self, backup: Path) -> None:
        """Take over the whole content of another register, in one transaction."""
        with (
            self._translated(),
            closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source,
        ):
            source.backup(self._connection)
            self._migrate()

    def _migrate(self) -> None:
        _check_header(self._connection, self.path)
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise RegisterError(
                "register.newer", path=self.path, version=version, known=SCHEMA_VERSION
            )
        if version < SCHEMA_VERSION:
            _bring_up_to_date(self._connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _REFUSALS as error:
            raise _in_words(self.path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise RegisterError("register.missing", path=path, folder=path.parent)
    if not path.stat().st_size:
        raise DamagedError("register.empty", path=path)
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,  # a server hands it from one thread to the next
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    except _REFUSALS as error:
        raise _in_words(path, error) from error
    return connection


def _insist_on_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Readers and one writer at a time need WAL, which not every file system can do."""
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise RegisterError("register.drive", path=path)


def refuse_to_replace(path: Path, register: Path) -> None:
    """A copy may take the place of an older one and of nothing else."""
    if not path.parent.is_dir():
        raise RegisterError("register.no_folder", folder=path.parent)
    if not path.exists():
        return
    if path.samefile(register):
        raise RegisterError("register.itself", path=path)
    try:
        with path.open("rb") as file:
            head = file.read(_APPLICATION_ID_AT + 4)
    except OSError as error:
        raise RegisterError("register.unwritable", path=path, error=error) from error
    is_register = head[_APPLICATION_ID_AT:] == APPLICATION_ID.to_bytes(4, "big")
    if not (is_register or is_encrypted(path)):
        raise RegisterError("register.no_copy", path=path)


def _check_header(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise DamagedError("register.foreign", path=path)


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        for migration in MIGRATIONS[version:]:
            for statement in _statements(migration):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _in_words(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> RegisterError:
    if isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode to UTF-8"):
        return DamagedError("register.garbled", path=path)
    name = getattr(error, "sqlite_errorname", "") or _NAMES.get(str(error), "")
    for code in sentences():
        if code.startswith("sqlite.") and name.startswith(code.removeprefix("sqlite.")):
            kind = DamagedError if code in _DAMAGE else RegisterError
            return kind(code, path=path, error=error)
    return RegisterError("register.refused", path=path, error=error)


_NAMES: Final = {
    "attempt to write a readonly database": "SQLITE_READONLY",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "database is locked": "SQLITE_BUSY",
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "file is not a database": "SQLITE_NOTADB",
    "unable to open database file": "SQLITE_CANTOPEN",
}
"""What SQLite calls its errors, for those of a copy, which come without their name."""
_DAMAGE = {"sqlite.SQLITE_NOTADB", "sqlite.SQLITE_CORRUPT"}
