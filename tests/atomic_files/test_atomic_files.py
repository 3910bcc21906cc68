"""The door to the disk: whole or not at all, for its owner alone, and nothing left behind."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer.atomic_files import (
    beside,
    make_folder,
    open_to_all,
    remove_leftovers,
    whole_file,
    write_whole,
)
from optimizer.errors import CampaignError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights and syncs of folders are POSIX's")


def mode(path):
    """The rights of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def steps(monkeypatch):
    """What is asked of the disk, in order: syncs of files and folders, and renames."""
    seen, names = [], {}
    opened, synced, renamed = os.open, os.fsync, type(Path()).replace

    def spy_open(path, *arguments, **more):
        handle = opened(path, *arguments, **more)
        names[handle] = Path(path).name
        return handle

    def spy_sync(handle):
        seen.append(("sync", names[handle]))
        synced(handle)

    def spy_rename(path, target):
        seen.append(("rename", Path(target).name))
        return renamed(path, target)

    monkeypatch.setattr(os, "open", spy_open)
    monkeypatch.setattr(os, "fsync", spy_sync)
    monkeypatch.setattr(type(Path()), "replace", spy_rename)
    return seen


def test_a_file_is_synced_renamed_and_its_folder_synced(tmp_path, steps):
    """In any other order a power cut may leave neither the old file nor the new one."""
    path = tmp_path / "a.txt"
    write_whole(path, "走访")
    assert steps == [("sync", beside(path).name), ("rename", "a.txt"), ("sync", tmp_path.name)]
    assert path.read_text(encoding="utf-8") == "走访"


def test_what_is_new_is_for_its_owner_alone(tmp_path):
    """Sheets and exports hold names, telephones and addresses; others use the machine too."""
    path = tmp_path / "out" / "2027-03-02" / "sheet.pdf"
    write_whole(path, b"x")
    assert [mode(part) for part in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_rights_that_somebody_gave_stay(tmp_path):
    """Who opened a file to colleagues need not do so again every day."""
    path = write_whole(tmp_path / "a", "1")
    path.chmod(0o640)
    write_whole(path, "2")
    assert (mode(path), path.read_text(encoding="utf-8")) == (0o640, "2")


def test_a_failure_leaves_the_former_file(tmp_path):
    """Half a file is worse than yesterday's."""
    path = write_whole(tmp_path / "a", "1")

    def fail_half_way():
        with whole_file(path) as new:
            new.write_text("2", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert path.read_text(encoding="utf-8") == "1"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EIO, "check the disk"),
        (errno.EACCES, "close it elsewhere"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path, monkeypatch, number, sentence):
    """A full disk, a failing one and a file that is open in Excel ask for different things."""

    def refuse(_):
        raise OSError(number, os.strerror(number))

    path = write_whole(tmp_path / "a", "1")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(CampaignError, match=sentence):
        write_whole(path, "2")
    assert path.read_text(encoding="utf-8") == "1"


def test_leftovers_of_the_dead_are_removed(tmp_path):
    """A killed process must not leave names and telephones lying about for ever."""
    code = (
        "import os, sys; from pathlib import Path; from optimizer.atomic_files import whole_file\n"
        "with whole_file(Path(sys.argv[1])) as new:\n"
        "    new.write_text('x'); new.with_name(new.name + '-wal').write_text('y'); os._exit(9)"
    )
    path = tmp_path / "out" / "a.pdf"
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert len(list(path.parent.iterdir())) == 2
    assert remove_leftovers(tmp_path) == []
    assert len(remove_leftovers(tmp_path, deep=True)) == 2
    assert list(path.parent.iterdir()) == []


def test_what_the_living_write_is_left_alone(tmp_path):
    """Another clerk's half written file is no leftover, nor one of another machine of today."""
    mine = beside(tmp_path / "a")
    other = tmp_path / f".new-abcdef-{2**22 + 1}-a"
    sheet = tmp_path / "new-1.pdf"
    for path in (mine, other, sheet):
        path.write_text("x", encoding="utf-8")
    assert remove_leftovers(tmp_path) == []
    yesterday = time.time() - 90_000
    for path in (other, sheet):
        os.utime(path, (yesterday, yesterday))
    assert remove_leftovers(tmp_path) == [other]


def test_files_of_older_programs_are_leftovers_too(tmp_path):
    """Former programs named them otherwise, and left whole copies of the register."""
    dead = 2**22 + 1
    names = [f".register.sqlite.{dead}.backup{end}" for end in ("", "-shm", "-wal")]
    names += [f".new-{dead}-a.pdf", f".register.sqlite.{dead}.new"]
    for name in names:
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert {path.name for path in remove_leftovers(tmp_path)} == {*names}


def test_what_everybody_may_read_is_found(tmp_path):
    """A file is open when it and every folder down to it are."""
    top = tmp_path / "county"
    make_folder(top / "shut")
    for path in (top / "open.csv", top / "own.csv", top / "shut" / "open.csv"):
        path.write_text("x", encoding="utf-8")
        path.chmod(0o600 if path.name == "own.csv" else 0o644)
    assert open_to_all(top) == []
    top.chmod(0o755)
    assert open_to_all(top) == [top / "open.csv"]
