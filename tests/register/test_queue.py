"""Writers wait in the order in which they came, and a restore takes its turn among them."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
import time

import pandas as pd
import pytest
from dying import run_killed

from optimizer.errors import RegisterError
from optimizer.register import Register, queue, restoring, store

fcntl = pytest.importorskip("fcntl")
if not hasattr(fcntl, "F_OFD_SETLK"):
    pytest.skip("this system has no locks of an open file", allow_module_level=True)


@pytest.fixture
def path(tmp_path):
    """The file of a register with one customer."""
    file = tmp_path / "register.sqlite"
    with Register.create(file, who="clerk") as register:
        register.take_in({"customers": one_customer("0000000001")}, "a", "wgs84")
    return file


def one_customer(account):
    return pd.DataFrame({"account_no": [account], "kind": "household"})


def test_who_came_first_writes_first(path):
    """Nobody loses against nineteen others because the dice fell so."""
    order, threads = [], []

    def write(number):
        with queue.turn(path, 30):
            order.append(number)
            time.sleep(0.002)

    with queue.turn(path, 5):
        for number in range(20):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            time.sleep(0.01)  # so that they come in this order
        assert order == []
    for thread in threads:
        thread.join()
    assert order == [*range(20)]


def test_the_dead_hold_nobody_up(path):
    """A writer that is killed in its turn, or waiting for it, frees its place."""
    code = (
        "import sys, time; from pathlib import Path; from optimizer.register import queue\n"
        "with queue.turn(Path(sys.argv[1]), 30): print('turn', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with subprocess.Popen(command) as waiter:
            time.sleep(0.5)
            waiter.kill()
        with pytest.raises(queue.QueueTimeoutError), queue.turn(path, 0.1):
            pass
        holder.kill()
        with queue.turn(path, 10):
            assert holder.wait(10) < 0


def test_a_queue_that_does_not_move_is_a_sentence(path, monkeypatch):
    """After two minutes somebody has to look who holds the others up."""
    monkeypatch.setattr(store, "BUSY_MS", 50)
    with (
        queue.turn(path, 1),
        Register.open(path) as register,
        pytest.raises(RegisterError, match="see who imports or restores"),
    ):
        register.record("entry", {})


def test_all_of_a_register_is_for_its_owner_alone(path):
    """The log, its index and the queue must not tell what the file itself does not."""
    with Register.open(path) as register:
        register.record("entry", {})
        register.backup(path.with_name("copy.sqlite"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    ends = ("", "-wal", "-shm", "-queue")
    assert modes == {"copy.sqlite": 0o600} | {f"{path.name}{end}": 0o600 for end in ends}


def test_a_record_in_the_midst_of_a_restore_is_in_one_of_both(path, monkeypatch):
    """Between the safety copy and the exchange nobody may be told that a record is stored."""
    copy = path.with_name("copy.sqlite")
    with Register.open(path) as register:
        register.backup(copy)
    stored = threading.Event()

    def write():
        with Register.open(path, who="clerk") as register:
            register.record("entry", {})
            stored.set()

    clerk = threading.Thread(target=write)
    copy_to = store.Store.copy_to

    def copied_while_a_clerk_writes(self, target, *, strays=False):
        copy_to(self, target, strays=strays)
        clerk.start()
        assert not stored.wait(0.5)

    monkeypatch.setattr(store.Store, "copy_to", copied_while_a_clerk_writes)
    Register.restore(copy, path)
    clerk.join()
    with Register.open(path) as register:
        assert register.events()["kind"].tolist()[-2:] == ["restored", "entry"]


def test_two_restores_in_one_second_keep_both_former_registers(path, monkeypatch):
    """The second must not take the name of the first."""
    copy = path.with_name("copy.sqlite")
    with Register.open(path) as register:
        register.backup(copy)
    monkeypatch.setattr(restoring, "now_text", lambda: "2027-03-02T08:00:00+08:00")
    kept = [Register.restore(copy, path) for _ in range(3)]
    assert len({*kept}) == 3
    assert restoring.kept_copies(path) == sorted(kept)


def test_a_lost_register_s_log_is_not_read_into_the_backup(path):
    """What SQLite wrote for another file would damage the one that takes its place."""
    copy = path.with_name("copy.sqlite")
    with Register.open(path) as register:
        register.backup(copy)
        register.take_in({"customers": one_customer("0000000002")}, "b", "wgs84")
        log = path.with_name(f"{path.name}-wal").read_bytes()
    path.unlink()
    path.with_name(f"{path.name}-wal").write_bytes(log)
    assert Register.restore(copy, path) is None
    with Register.open(path) as register:
        assert register.customers()["account_no"].tolist() == ["0000000001"]
        assert register.doctor() == []


@pytest.mark.parametrize("damaged", [False, True])
def test_a_killed_restore_can_be_done_again(path, damaged):
    """Killed at any rename, sync or commit: the register is the old, the new, or to be restored."""
    copy = path.with_name("copy.sqlite")
    with Register.open(path) as register:
        register.backup(copy)
    if damaged:
        path.write_text("户号", encoding="utf-8")
    step = 1
    while run_killed(lambda: Register.restore(copy, path), step):
        assert path.exists()
        step += 1
    assert step > 10
    with Register.open(path) as register:
        assert register.customers()["account_no"].tolist() == ["0000000001"]
        assert register.doctor() == []
    assert not list(path.parent.glob(".new*"))
