"""People and their rights to enter: accounts, passwords, sessions, the log."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from optimizer.errors import SignInError
from optimizer.register.people_book import PeopleBook
from optimizer.register.store import now_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from argon2 import PasswordHasher

    from optimizer.register.people_book import Account

ROLES: Final = ("administrator", "planner", "chief", "clerk", "auditor")
OF_STATION: Final = frozenset({"chief", "clerk"})
"""Roles that have a station."""
IDLE_S, LONGEST_S = 30 * 60, 12 * 3600
"""Sessions end after so long without use, and after so long in all."""
MOST_FAILURES, LOCKED_S = 5, 10 * 60
FORMER_PASSWORDS, SHORTEST = 3, 8
KEPT_DAYS: Final = 400
"""The log is kept so long; the law asks for at least 180 days."""
SEEN_EVERY_S: Final = 60
"""The use of a session is written down so often."""
_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
_DIGITS: Final = "23456789"
_HASHERS = BoundedSemaphore(4)
"""So many passwords are hashed at once: each takes 19 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in; `station` is "" for who works for the whole county."""

    name: str
    role: str
    station: str
    must_change: bool = False


class People:
    """The people of a campaign.

    Parameters
    ----------
    path
        people.sqlite.
    now_s
        The clock, for tests.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.time) -> None:
        self._book = PeopleBook(path)
        self._now_s = now_s

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    # ---- accounts -----------------------------------------------------------------------------

    def add(
        self,
        name: str,
        role: str,
        station: str = "",
        password: str | None = None,
        *,
        initial: bool = True,
    ) -> str:
        """Add somebody; tell the first password, which is to be changed at the first sign-in.

        Parameters
        ----------
        initial
            False for made-up people of a rehearsal, who keep it.

        Raises
        ------
        SignInError
            The name is taken or empty, there is no such role, or the role and the station do not
            go together.
        """
        name = name.strip()
        if not name or len(name) > 40 or any(not sign.isprintable() for sign in name):
            raise SignInError("person.name", name=name)
        if role not in ROLES:
            raise SignInError("person.role", role=role, known=ROLES)
        if bool(station) != (role in OF_STATION):
            raise SignInError("person.needs_station" if not station else "person.no_station")
        if self._book.account(name) is not None:
            raise SignInError("person.known", name=name)
        first = password or _first_password()
        self._book.add(name, role, station, _hashed(first), initial=initial)
        return first

    def all(self) -> list[Account]:
        """All accounts by name."""
        return self._book.accounts()

    def disable(self, name: str, *, disabled: bool = True) -> None:
        """Let somebody in no more, or again.

        Raises
        ------
        SignInError
            There is no such person.
        """
        self._known(name)
        self._book.set_disabled(name, disabled=disabled)

    def reset(self, name: str) -> str:
        """Give somebody a new first password.

        Raises
        ------
        SignInError
            There is no such person.
        """
        self._known(name)
        first = _first_password()
        self._book.set_password(name, _hashed(first), initial=True, keep=FORMER_PASSWORDS)
        self._book.forget_failures(f"name:{name}")
        return first

    def change_password(self, name: str, old: str, new: str) -> None:
        """Change one's own password; who was signed in with the old one is signed out.

        Raises
        ------
        SignInError
            The old one is wrong, or the new one is not fit.
        """
        account = self._known(name)
        if not _fits(account.password, old):
            raise SignInError("person.wrong_password")
        _refuse_weak(name, new)
        if any(_fits(former, new) for former in self._book.former_passwords(name)):
            raise SignInError("person.former_password", count=FORMER_PASSWORDS)
        self._book.set_password(name, _hashed(new), initial=False, keep=FORMER_PASSWORDS - 1)

    def _known(self, name: str) -> Account:
        account = self._book.account(name)
        if account is None:
            raise SignInError("person.unknown", name=name)
        return account

    # ---- sessions -----------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Sign somebody in and tell the session's secret.

        Raises
        ------
        SignInError
            Name or password is wrong, the person is disabled, or too many have failed.
        """
        now_s = self._now_s()
        keys = [f"name:{name}", f"address:{address}"]
        since_s = now_s - LOCKED_S
        if any(self._book.failures(key, since_s) >= MOST_FAILURES for key in keys):
            self.note(name, address, "locked")
            raise SignInError("person.locked", minutes=LOCKED_S // 60)
        account = self._book.account(name)
        right = _fits(account.password if account else _nobody(), password)
        if account is None or account.disabled or not right:
            self._book.add_failures(keys, now_s, since_s)
            self.note(name, address, "refused")
            raise SignInError("person.refused")
        self._book.forget_failures(keys[0])
        token = secrets.token_urlsafe(32)
        self._book.begin_session(_digest(token), name, now_s)
        self.note(name, address, "signed_in")
        return token

    def who(self, token: str) -> Person | None:
        """Who has signed in with a secret; None when the session is over."""
        found = self._book.session(_digest(token))
        if found is None:
            return None
        name, begun_s, seen_s = found
        now_s = self._now_s()
        if now_s - seen_s > IDLE_S or now_s - begun_s > LONGEST_S:
            self.sign_out(token)
            return None
        if now_s - seen_s > SEEN_EVERY_S:
            self._book.see_session(_digest(token), now_s)
        account = self._known(name)
        return Person(
            name=name, role=account.role, station=account.station, must_change=account.initial
        )

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._book.end_session(_digest(token))

    # ---- the log ------------------------------------------------------------------------------

    def note(self, who: str, address: str, what: str, whom: str = "", detail: str = "") -> None:
        """Add to the log: who, from where, what, on whom."""
        self._book.note((now_text(), who, address, what, whom, detail))

    def log(
        self, first: dt.date, last: dt.date, who: str = "", most: int = 1_000_000
    ) -> list[tuple[str, ...]]:
        """Rows of the log between two days, the latest first: at, who, address, what, whom, detail.

        What is older than `KEPT_DAYS` is forgotten here.
        """
        self._book.thin_log((dt.date.today() - dt.timedelta(days=KEPT_DAYS)).isoformat())  # noqa: DTZ011
        return self._book.log(first.isoformat(), last.isoformat(), who, most)


def _refuse_weak(name: str, password: str) -> None:
    kinds = sum(bool(re.search(kind, password)) for kind in _KINDS)
    if len(password) < SHORTEST or kinds < 3:
        raise SignInError("person.weak_password", length=SHORTEST)
    if name.casefold() in password.casefold():
        raise SignInError("person.name_as_password")


def _first_password() -> str:
    """One that can be read out and typed, and is to be changed at once."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"{letters.capitalize()}-{''.join(secrets.choice(_DIGITS) for _ in range(4))}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _hashed(password: str) -> str:
    with _HASHERS:
        return _hasher().hash(password)


_decoy: list[str] = []


def _nobody() -> str:
    """A hash that no password fits, so that an unknown name takes as long as a known one."""
    if not _decoy:
        _decoy.append(_hashed(secrets.token_hex(16)))
    return _decoy[0]


def _fits(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        with _HASHERS:
            return _hasher().verify(hashed, password)
    except VerificationError:
        return False
