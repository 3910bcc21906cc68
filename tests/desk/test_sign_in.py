"""`optimizer.desk.sign_in`: who is let in, for how long, and what is written down."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.desk.sign_in import People
from optimizer.errors import SignInError

GOOD, BETTER = "Zoufang-2027", "Zoufang-2028"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def people(tmp_path, clock):
    """One chief with his first password."""
    book = People(tmp_path / "people.sqlite", clock)
    book.add("何所长", "chief", "ST00", GOOD)
    yield book
    book.close()


def test_a_first_password_is_to_be_changed(people):
    """Who has given it out must not be able to sign in with it for ever."""
    token = people.sign_in("何所长", GOOD, "10.0.0.1")
    assert people.who(token).must_change
    people.change_password("何所长", GOOD, BETTER)
    assert people.who(token) is None
    assert not people.who(people.sign_in("何所长", BETTER, "10.0.0.1")).must_change


@pytest.mark.parametrize("weak", ["Ab1-", "zoufang2027", "12345678", "何所长-Aa1"])
def test_weak_passwords_are_refused(people, weak):
    """Short ones, those of two kinds, and those with one's name are guessed first."""
    with pytest.raises(SignInError):
        people.change_password("何所长", GOOD, weak)


def test_a_former_password_is_refused(people):
    """Whoever has seen an old one must not come in by it again."""
    people.change_password("何所长", GOOD, BETTER)
    with pytest.raises(SignInError, match="3"):
        people.change_password("何所长", BETTER, GOOD)


def test_five_failures_lock_name_and_address_for_ten_minutes(people, clock):
    """Guessing must be slow; who only mistypes is let in after a while."""
    for _ in range(5):
        with pytest.raises(SignInError):
            people.sign_in("何所长", "wrong", "10.0.0.1")
    with pytest.raises(SignInError, match="10"):
        people.sign_in("何所长", GOOD, "10.0.0.2")
    with pytest.raises(SignInError, match="10"):
        people.sign_in("somebody", GOOD, "10.0.0.1")
    clock.now_s += 601
    assert people.sign_in("何所长", GOOD, "10.0.0.1")


def test_a_session_ends_when_idle_and_at_the_end_of_a_day(people, clock):
    """A browser left open in the office is not a way in the next morning."""
    token = people.sign_in("何所长", GOOD, "10.0.0.1")
    clock.now_s += 29 * 60
    assert people.who(token)
    clock.now_s += 31 * 60
    assert people.who(token) is None
    token = people.sign_in("何所长", GOOD, "10.0.0.1")
    for _ in range(12 * 3 - 1):
        clock.now_s += 20 * 60
        assert people.who(token)
    clock.now_s += 21 * 60
    assert people.who(token) is None


def test_who_is_disabled_is_out_at_once(people):
    """Somebody who leaves the company leaves the desk on the same day."""
    token = people.sign_in("何所长", GOOD, "10.0.0.1")
    people.disable("何所长")
    assert people.who(token) is None
    with pytest.raises(SignInError):
        people.sign_in("何所长", GOOD, "10.0.0.1")


def test_the_log_says_who_when_from_where(people):
    """Sign-ins and refusals are read later by an auditor."""
    people.sign_in("何所长", GOOD, "10.0.0.1")
    with pytest.raises(SignInError):
        people.sign_in("nobody", GOOD, "10.0.0.9")
    today = dt.date.today()  # noqa: DTZ011
    rows = people.log(today, today)
    assert [row[1:4] for row in rows] == [
        ("nobody", "10.0.0.9", "refused"),
        ("何所长", "10.0.0.1", "signed_in"),
    ]


def test_no_secret_is_kept_in_the_clear(people, tmp_path):
    """Whoever reads the file can neither sign in nor take over a session."""
    token = people.sign_in("何所长", GOOD, "10.0.0.1")
    people.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("people.sqlite*"))
    assert GOOD.encode() not in content
    assert token.encode() not in content


@pytest.mark.parametrize(
    ("role", "station"), [("chief", ""), ("planner", "ST00"), ("king", ""), ("clerk", "")]
)
def test_role_and_station_go_together(people, role, station):
    """A chief of nowhere would see nothing, a planner of one station too little."""
    with pytest.raises(SignInError):
        people.add("新人", role, station)
