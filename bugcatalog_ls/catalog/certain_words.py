"""Words that stand in whatever a regular expression matches: what lets most of a log be passed over.

The words hold nothing that JSON escapes, so that they stand in a record of JSON as they do in a line of text.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Word(NamedTuple):
    """A piece of text, and whether its letters may be upper or lower case."""

    text: str
    any_case: bool = False


Choice = frozenset[Word]


def certain_words(expression: str) -> tuple[Choice, ...]:
    """Choices of words; of each choice one stands in whatever an RE2 expression matches, the rarest first."""
    try:
        return tuple(sorted(_Reader(expression).read(), key=_weight, reverse=True))
    except (IndexError, ValueError, _Unknown):
        return ()


class _Unknown(Exception):
    """Syntax that this module does not know."""


class _Reader:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._at = 0
        self._any_case = False

    def read(self) -> list[Choice]:
        found = self._branches()
        if self._at < len(self._expression):
            raise _Unknown
        return found

    def _branches(self) -> list[Choice]:
        """Up to the end of a group: of several branches one word each, where each has one."""
        any_case = self._any_case
        branches = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        self._any_case = any_case
        if len(branches) == 1:
            return branches[0]
        if not all(branches):
            return []
        return [frozenset().union(*(max(branch, key=_weight) for branch in branches))]

    def _sequence(self) -> list[Choice]:
        choices: list[Choice] = []
        run = ""

        def end_run() -> None:
            nonlocal run
            plain = filter(_LETTER.search, _PLAIN.findall(run))
            choices.extend(frozenset({Word(word, self._any_case)}) for word in plain)
            run = ""

        while self._peek() not in ("", "|", ")"):
            before = self._any_case
            letter, inner = self._atom()
            least = self._least()
            if letter and least and self._any_case == before:
                run += letter
                if least == _ONCE:
                    continue
                end_run()
                continue
            self._any_case, after = before, self._any_case
            end_run()
            self._any_case = after
            if least:
                choices += inner
        end_run()
        return choices

    def _atom(self) -> tuple[str, list[Choice]]:
        """A letter by itself, or what is certain of a group."""
        letter = self._next()
        if letter == "\\":
            return self._escaped(), []
        if letter == "[":
            self._pass_class()
        elif letter == "(":
            return "", self._group()
        elif letter not in ".^$":
            return letter, []
        return "", []

    def _escaped(self) -> str:
        letter = self._next()
        if letter in "QE" or letter.isdigit():
            raise _Unknown
        if letter in "xpP":
            if self._peek() == "{":
                self._at = self._expression.index("}", self._at) + 1
            else:
                self._at += 2 if letter == "x" else 1
        return "" if letter.isalnum() else letter

    def _pass_class(self) -> None:
        if self._peek() == "^":
            self._at += 1
        if self._peek() == "]":
            self._at += 1
        while (letter := self._next()) != "]":
            if letter == "\\":
                self._at += 1
            elif letter == "[" and self._peek() == ":":
                self._at = self._expression.index(":]", self._at) + 2

    def _group(self) -> list[Choice]:
        flags = _GROUP.match(self._expression, self._at)
        if flags is not None:
            self._at = flags.end()
        elif self._peek() == "?":
            raise _Unknown
        before = self._any_case
        if flags is not None and flags["flags"]:
            on, _, off = flags["flags"].partition("-")
            self._any_case = ("i" in on) or (before and "i" not in off)
            if flags["end"] == ")":
                # From here to the end of the group around it.
                return []
        found = self._branches()
        if self._next() != ")":
            raise _Unknown
        self._any_case = before
        return found

    def _least(self) -> str:
        """What a repetition promises: `` for perhaps none, else whether it is exactly once."""
        found = _REPEATED.match(self._expression, self._at)
        if found is None:
            return _ONCE
        self._at = found.end()
        return "" if found["sign"] in ("*", "?") or found["least"] == "0" else _OFTEN

    def _peek(self) -> str:
        return self._expression[self._at : self._at + 1]

    def _next(self) -> str:
        letter = self._expression[self._at]
        self._at += 1
        return letter


_ONCE, _OFTEN = "once", "often"
_GROUP = re.compile(r"\?(?:P?<\w+>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))")
_REPEATED = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d+)(?:,\d*)?\})\??")
# Neither quotes nor slashes nor what some writers of JSON write as numbers.
_PLAIN = re.compile(r"[\w .,:;()\[\]{}=#*!?@$%^|~-]+", re.ASCII)
_LETTER = re.compile(r"\w", re.ASCII)
# What lines of logs that tell of no error are full of.
_COMMON = re.compile(
    r"(?i)\W*(?:get|post|options|status|success|error|level|detail|object|column|table|name|type)\W*"
)


def _weight(choice: Choice) -> tuple[int, int, list[Word]]:
    """Rarer words weigh more: the shortest of a choice decides, then how few there are."""
    shortest = min(1 if _COMMON.fullmatch(word.text) else len(word.text) for word in choice)
    return shortest, -len(choice), sorted(choice)
