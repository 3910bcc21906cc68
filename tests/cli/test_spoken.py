"""Help and mistyped options speak one language at a time."""

from __future__ import annotations

import re
import sys
from contextlib import suppress

import pytest
import typer
from desk_world import make_county

from optimizer.catalogue import sentences
from optimizer.cli import app, main
from optimizer.cli.spoken import in_words

COMMANDS = sorted(typer.main.get_group(app).commands)


def helps() -> set[str]:
    """Every sentence that a help page has, in English."""
    group = typer.main.get_group(app)
    parts = [group, *group.params]
    for command in group.commands.values():
        parts += [command, *command.params]
    panels = {command.rich_help_panel for command in group.commands.values()}
    found = {part.help.strip() for part in parts if getattr(part, "help", None)}
    return (found | panels) - {"Show this message and exit."}


@pytest.fixture
def zoufang(monkeypatch, capfd, tmp_path):
    """Run a command line in an empty folder: what it said, all of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["zoufang", *arguments])
        with suppress(SystemExit):
            main()
        said = capfd.readouterr()
        return said.out + said.err

    return run


def test_every_sentence_of_the_help_is_there_in_chinese():
    """A new option that is told in English only would stand alone on a Chinese page."""
    known = {both["en"] for code, both in sentences().items() if code.startswith("help.")}
    assert helps() - known == set()
    assert known - helps() == set()
    assert in_words("YYYY-MM-DD.", "en") == "YYYY-MM-DD."


@pytest.mark.parametrize("command", COMMANDS)
def test_a_help_page_is_in_one_language(zoufang, command):
    """In Chinese no English sentence is left, in English nothing Chinese but examples."""
    page = zoufang(command, "--help")
    assert "用法：" in page
    assert not re.search(
        r"Usage|Options|Arguments|required|default:|[a-z]+ [a-z]+ [a-z]+ [a-z]+", page
    )
    page = zoufang("--lang", "en", command, "--help")
    assert "Usage:" in page
    assert not re.search(r"[一-龥]{2}", page)


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["record", "--crwe", "x"], "没有选项 --crwe：是否要用 --crew", "did you mean --crew"),
        (["record", "--zzz"], "没有选项 --zzz", "there is no option --zzz"),
        (["rcord"], "没有命令“rcord”", "no command 'rcord'"),
        (["record", "--row", "x"], "--row 的值“x”不对：应为 整数", "should be a whole number"),
        (["day", "--seconds", "-1"], "应为 >= 0", "should be >= 0"),
        (["record", "--row"], "--row 后面缺少它的值", "--row needs a value"),
        (["init"], "缺少 FOLDER", "FOLDER is missing"),
        (["init", "a", "b"], "多出了“b”", "'b' is too much"),
        (["print", "--station", "S", "--date", "D", "--lang", "fr"], "应为 zh, en", "zh, en"),
    ],
)
def test_a_mistyped_line_is_a_sentence_in_one_language(zoufang, arguments, zh, en):
    """Who mistypes an option reads what to do, not what a library calls it."""
    assert zh in zoufang(*arguments)
    said = zoufang("--lang", "en", *arguments)
    assert en in said
    assert not re.search(r"[一-龥]{2}", said)


def test_a_language_that_was_said_before_the_command_holds(zoufang, tmp_path):
    """The main help offers it there; the command's own option, not said, does not undo it."""
    county = str(make_county(tmp_path / "county"))
    assert "accounts in the register" in zoufang("--lang", "en", "status", "-C", county)
    assert "台账共" in zoufang("--lang", "en", "status", "--lang", "zh", "-C", county)
    assert zoufang("--lang", "en", "finding", "-C", county).isascii()


@pytest.mark.parametrize("command", ["record", "opinion", "finding", "learn"])
def test_a_station_that_is_none_is_told_by_each_command(zoufang, tmp_path, command):
    """“No records” for a mistyped station would be believed."""
    county = str(make_county(tmp_path / "county"))
    assert "没有供电所“ST99”" in zoufang(command, "--station", "ST99", "-C", county)
