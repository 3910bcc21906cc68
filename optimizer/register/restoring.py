"""A backup in the register's place: checked first, the former register kept, nothing lost between.

While one register takes another's place no one else writes: whoever wants to waits in the queue,
and then writes to the new one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.atomic_files import beside, discard, make_private, settle, sync_folder
from optimizer.errors import RegisterError
from optimizer.register import encryption
from optimizer.register.events import add_event
from optimizer.register.store import DamagedError, Store, now_text, refuse_to_replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BackupContent:
    """What a backup holds that can be restored: counts, and when its last record was read."""

    customers: int
    records: int
    last: str


def restore(
    backup: Path, path: Path, who: str | None, passphrase: bytes | None = None
) -> Path | None:
    """See `optimizer.register.Register.restore`."""
    with _checked_copy(backup, path, passphrase) as copy, Store.turn_at(path):
        former = _unused_name(path) if path.exists() else None
        with Store(copy, who=who) as source:
            add_event(source, "restored", {"backup": str(backup), "former": str(former or "")})
            source.close_whole()
        if former is None or not _replaced_in_place(path, former, copy):
            _exchange(copy, path, former or _unused_name(path))
    return former


def check(backup: Path, path: Path, passphrase: bytes | None) -> BackupContent:
    """See `optimizer.register.Register.check_backup`."""
    with _checked_copy(backup, path, passphrase) as copy, Store(copy) as store:
        return BackupContent(
            customers=store.value("SELECT count(*) FROM customers"),
            records=store.value("SELECT count(*) FROM records"),
            last=store.value("SELECT max(read_at) FROM records") or "",
        )


def back_up(store: Store, path: Path, passphrase: bytes | None) -> None:
    """See `optimizer.register.Register.backup`."""
    if passphrase is None:
        store.copy_to(path)
        return
    new = beside(path)
    plain = new.with_name(f"{new.name}-plain")
    refuse_to_replace(path, store.path)
    try:
        store.copy_to(plain)
        make_private(new)
        encryption.encrypt(plain, new, passphrase)
        settle(new, path)
    except OSError as error:
        raise RegisterError("register.unwritable", path=path, error=error) from error
    finally:
        discard(plain)
        discard(new)


def kept_copies(path: Path) -> list[Path]:
    """The former registers that restores have kept beside a register."""
    found = path.parent.glob(f"{path.name}.before-restore-*")
    return sorted(copy for copy in found if not copy.name.endswith(("-wal", "-shm", "-queue")))


@contextmanager
def _checked_copy(backup: Path, path: Path, passphrase: bytes | None) -> Iterator[Path]:
    """A copy of a backup beside the register, of today's schema; the backup stays as it is."""
    copy = beside(path)
    try:
        _copy(backup, copy, passphrase)
        _insist_on_whole(copy, backup)
        yield copy
    except OSError as error:
        raise RegisterError("backup.not_restored", backup=backup, path=path, error=error) from error
    finally:
        discard(copy)


def _copy(backup: Path, copy: Path, passphrase: bytes | None) -> None:
    if encryption.is_encrypted(backup):
        if passphrase is None:
            raise RegisterError("backup.encrypted", path=backup)
        make_private(copy)
        encryption.decrypt(backup, copy, passphrase)
        return
    for end in ("", "-wal"):
        part = backup.with_name(backup.name + end)
        if end == "" or part.is_file():
            new = copy.with_name(copy.name + end)
            make_private(new)
            shutil.copyfile(part, new)


def _insist_on_whole(copy: Path, backup: Path) -> None:
    """Bring the copy of a backup up to date, and refuse it where it has faults."""
    try:
        with Store(copy) as source:
            faults = source.faults()
    except RegisterError as error:  # it speaks of the copy, which nobody knows
        facts = {name: backup if fact == copy else fact for name, fact in error.facts.items()}
        raise RegisterError(error.code, **facts) from error
    if faults:
        raise RegisterError("backup.faulty", backup=backup, fault=faults[0])


def _unused_name(path: Path) -> Path:
    """Where to keep the former register, beside those of earlier restores."""
    stem = f"{path.name}.before-restore-{now_text()[:19].replace(':', '')}"
    names = (path.with_name(stem if n == 1 else f"{stem}-{n}") for n in range(1, 1_000_000))
    return next(name for name in names if not name.exists())


def _replaced_in_place(path: Path, kept: Path, copy: Path) -> bool:
    """Keep a register that can be read, and give it other content; False where it is damaged.

    Others may hold it open, so it stays the file that it is, also when it cannot be copied: then
    the error ends the restore.
    """
    try:
        with Store(path) as store:
            if store.damage():
                return False
            store.copy_to(kept, strays=True)
            store.replace_by(copy)
    except DamagedError:
        kept.unlink(missing_ok=True)
        return False
    return True


def _exchange(copy: Path, path: Path, kept: Path) -> None:
    """Put a copy in the place of a file that is damaged or not there.

    A damaged one has both names until the copy takes the first: a restore that is killed can be
    done again. Its log must not be read into the copy.
    """
    if path.exists():
        try:
            os.link(path, kept)
        except OSError:  # not every drive can
            shutil.copyfile(path, kept)
    for end in ("-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(kept.with_name(kept.name + end))
    sync_folder(path.parent)
    settle(copy, path)
