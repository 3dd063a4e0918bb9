"""The argument parser: argparse with messages of one line that name the nearest thing."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from bugcatalog_ls.cli.exits import UsageError


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` where argparse would print its usage and exit."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_strictly(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all arguments; what is left over is told with the nearest option there is."""
        options, unknown = self.parse_known_args(arguments)
        if not unknown:
            return options
        wrong = unknown[0].partition("=")[0]
        if not wrong.startswith("-"):
            raise UsageError(f"`{wrong}` is one argument too many")
        known = [option for parser in self._chain(options) for option in parser._option_string_actions]
        raise UsageError(f"there is no option `{wrong}`{suggestion(wrong, known)}")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        what = action.option_strings[-1] if action.option_strings else "command"
        near = suggestion(str(value), choices) or f"; there are {', '.join(choices)}"
        raise UsageError(f"`{value}` is no {what}{near}")

    def _chain(self, options: argparse.Namespace) -> Iterable[argparse.ArgumentParser]:
        """This parser and the parsers of the commands that were given."""
        parser: argparse.ArgumentParser = self
        given = {str(value) for value in vars(options).values() if isinstance(value, str)}
        while True:
            yield parser
            groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
            inner = [sub for group in groups for name, sub in group.choices.items() if name in given]
            if not inner:
                return
            parser = inner[0]


def suggestion(name: str, names: Iterable[str]) -> str:
    """`; did you mean …?` for the nearest of `names`, or nothing where none is near."""
    from bugcatalog_ls.workspace.settings_values import nearest

    return nearest(name, names)


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=100)
