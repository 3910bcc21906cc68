"""Help and mistyped options in the reader's language."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typer._click.exceptions import NoArgsIsHelpError, UsageError  # what typer has inside
from typer.core import TyperCommand, TyperGroup

from optimizer.catalogue import Message, sentences
from optimizer.cli.console import lang_of

if TYPE_CHECKING:
    from optimizer.catalogue import Lang

__all__ = [
    "NoArgsIsHelpError",
    "SpokenCommand",
    "SpokenGroup",
    "UsageError",
    "in_words",
    "said_lang",
    "usage_fault",
]

_TITLES: Final = {
    "ARGUMENTS_PANEL_TITLE": "arguments",
    "OPTIONS_PANEL_TITLE": "options",
    "COMMANDS_PANEL_TITLE": "commands",
    "DEFAULT_STRING": "default",
    "REQUIRED_LONG_STRING": "required",
}
"""What stands around the sentences of a help page."""


def said_lang(arguments: list[str] | None = None) -> Lang:
    """The language of a command line that may be mistyped: as of `lang_of`."""
    words = sys.argv[1:] if arguments is None else arguments
    given: dict[str, object] = {}
    for word, value in pairwise(words):
        if word == "--lang" and value in {"zh", "en"}:
            given["lang"] = value
        if word == "-C":
            given["folder"] = Path(value)
    return lang_of(given)


def in_words(sentence: str, lang: Lang) -> str:
    """A sentence of the help in a language; it is its own key in English."""
    return _translated().get(sentence.strip(), sentence) if lang == "zh" else sentence


def _translated() -> dict[str, str]:
    return {
        both["en"]: both["zh"] for code, both in sentences().items() if code.startswith("help.")
    }


class _Spoken:
    """A command or group whose help page is in the reader's language."""

    params: list[Any]
    help: str | None
    rich_help_panel: str | None

    def get_usage(self, context: Any) -> str:  # noqa: ANN401
        """The usage, in words."""
        usage: str = super().get_usage(context)  # type: ignore[misc]
        return usage.replace("Usage:", _title("usage", said_lang()), 1)

    def format_help(self, context: Any, formatter: Any) -> None:  # noqa: ANN401
        """The whole page, in words."""
        lang = said_lang()
        from typer import rich_utils

        for name, key in _TITLES.items():
            setattr(rich_utils, name, _title(key, lang))
        for one in (self, *getattr(self, "commands", {}).values()):
            _translate(one, lang)
        super().format_help(context, formatter)  # type: ignore[misc]

    def get_help_option(self, context: Any) -> Any:  # noqa: ANN401
        """`--help` with its sentence."""
        option = super().get_help_option(context)  # type: ignore[misc]
        if option is not None:
            option.help = _title("help", said_lang())
        return option


def _title(key: str, lang: Lang) -> str:
    return sentences()[f"help_page.{key}"][lang]


def _translate(command: Any, lang: Lang) -> None:  # noqa: ANN401
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = in_words(part.help, lang)
    if isinstance(getattr(command, "rich_help_panel", None), str):
        command.rich_help_panel = in_words(command.rich_help_panel, lang)


class SpokenCommand(_Spoken, TyperCommand):
    """A command with such a help page."""


class SpokenGroup(_Spoken, TyperGroup):
    """All commands with such a help page."""


def usage_fault(error: Any) -> Message:  # noqa: ANN401
    """What is wrong with a command line, as a sentence."""
    told = str(getattr(error, "message", error))
    name = str(getattr(error, "option_name", "") or _name(getattr(error, "param", None)))
    near = list(getattr(error, "possibilities", None) or ())
    code = _CODES.get(type(error).__name__, "other")
    if "No such command" in told:
        code, name = "no_command", (_QUOTED.findall(told) or [told])[0]
    elif "extra argument" in told:
        code, name = "too_much", told.rpartition("(")[2].rstrip(")")
    facts = {"name": name}
    if near:
        return Message("usage.no_option_near", near=near, **facts)
    if code == "bad_value":
        given = _given(name) or (_QUOTED.findall(told) or [""])[0]
        return Message(f"usage.{code}", value=given, wanted=_wanted(told), **facts)
    return Message(f"usage.{code}", **({"message": told} if code == "other" else facts))


_CODES: Final = {
    "NoSuchOption": "no_option",
    "MissingParameter": "missing",
    "BadParameter": "bad_value",
    "BadOptionUsage": "no_value",
}
_QUOTED: Final = re.compile(r"'([^']*)'")
_WANTED: Final = {
    "integer": "integer",
    "number": "float",
    "boolean": "boolean",
    "directory": "path",
    "file": "file",
    "path": "path",
}


def _given(name: str) -> str:
    """What was written for an option; "" where it cannot be told."""
    words = sys.argv[1:]
    joined = [word.partition("=")[2] for word in words if word.startswith(f"{name}=")]
    apart = [after for word, after in pairwise(words) if word == name]
    return (["", *joined, *apart])[-1]


def _wanted(told: str) -> str | Message:
    """What a value should be, by what the library says of it in English."""
    choices = _QUOTED.findall(told.rpartition(" one of ")[2])
    bound = re.search(r"(greater|less) than( or equal to)? (\S+)", told)
    if bound is not None:
        sign = {"greater": ">", "less": "<"}[bound[1]] + ("=" if bound[2] else "")
        return f"{sign} {bound[3]}"
    kind = next((name for word, name in _WANTED.items() if word in told), None)
    if kind is not None:
        return Message(f"usage.{kind}")
    return ", ".join(choices) or told


def _name(parameter: Any) -> str:  # noqa: ANN401
    if parameter is None:
        return "–"
    opts = [*parameter.opts, *parameter.secondary_opts]
    return max(opts, key=len) if opts and opts[0].startswith("-") else f"{parameter.name}".upper()
