"""What may stand for a line that someone is typing, judged by the brackets and blocks around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from bugcatalog_ls.text.source import Source

_MAX_BLANK_ROWS = 20


def replacements(source: Source, row: int) -> list[str]:
    """Texts for a line, the likeliest first: the line completed, then what its surroundings want.

    A completed line goes on to bind the names that it bound before the last keystroke.
    """
    line = source.lines.line(row)
    written = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    around = _surroundings(source, row, len(indent.expandtabs()))
    texts = _completions(written, around) if written else []
    if around.quote:
        texts.append(around.quote)
    elif around.opener:
        texts += _openers(written, around)
    elif around.n_to_close:
        closers = "".join(_PAIRS[bracket] for bracket in reversed(around.brackets))[: around.n_to_close]
        texts += [f"{closers}:", closers] if around.opens_block else [closers, f"{closers}:"]
    if around.brackets:
        texts += ["", "else _", "for _ in _", "_,"]
    elif around.opens_block:
        texts += _DECORATED if around.is_decorated else ()
        texts += ("if 1:", "try:", "except Exception:", "else:", "finally:", "case _:", "")
    else:
        texts += ("pass", "", "except Exception: pass")
    return [indent + text if text else "" for text in dict.fromkeys(texts) if text != written]


def is_cut_off(source: Source, row: int) -> bool:
    """Whether a line ends in the middle of an expression, outside of brackets and strings."""
    if len(source.lines) <= row or not _CUT_OFF.search(source.lines.line(row)):
        return False
    brackets, quote, _, _ = _scan(source.data[: source.lines.line_span(row)[1]], "", "")
    return not brackets and not quote


class _Surroundings(NamedTuple):
    """What the text above leaves open at a line, and what the text below wants of it.

    `brackets` are open above; `n_to_close` of them nothing below closes; `opener` is a bracket
    that only what is below closes; `quote` a long string's quote that only one side has.
    """

    brackets: str
    n_to_close: int
    opener: str
    quote: str
    opens_block: bool
    is_decorated: bool


_DECORATED = ("class _:", "def _():")
_COMPOUND = frozenset(
    {"async", "case", "class", "def", "elif", "else", "except", "finally"}
    | {"for", "if", "match", "try", "while", "with"}
)
_FILLERS = {"def": ("()", " _()"), "async": (" def _()", "()"), "for": (" in _",), "from": (" import _",)}
_CUT_OFF = re.compile(
    r"([^\W\d]|[)\]}'\"])\.\s*$|[-+*/%@&|^<>=]\s*$|\b(and|or|not|in|is|if|else|lambda|await|import|from|as)\s*$"
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_OPENING = {closer: opener for opener, closer in _PAIRS.items()}
_CALL_OPENERS = ("_(", "def _(", "if (", "for _ in (", "except (")
# Strings and comments are passed over. Groups: 1 a bracket, 2 and 3 a long string that does not
# end, 4 and 5 a short one that its line cuts off.
_TOKEN = re.compile(
    rb"([()\[\]{}])"
    rb"|#[^\r\n]*"
    rb'|"{3}[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*(?:"{3}|(\Z))'
    rb"|'{3}[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*(?:'{3}|(\Z))"
    rb'|"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*(?:"|())'
    rb"|'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*(?:'|())",
    re.DOTALL,
)
_REST_OF_LONG = {
    '"' * 3: re.compile(rb'[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*"{3}', re.DOTALL),
    "'" * 3: re.compile(rb"[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'{3}", re.DOTALL),
}


def _completions(written: str, around: _Surroundings) -> list[str]:
    """The line with what is open closed, and with a name where one is still to come."""
    brackets, quote, _, _ = _scan(written.encode(), "", "")
    quote = quote or _short_quote(written)
    closers = quote + "".join(_PAIRS[bracket] for bracket in reversed(brackets))
    first_word = re.match(r"\w*", written)
    keyword = first_word.group() if first_word is not None else ""
    fillers = [""] if quote else ["_"] if written.endswith(".") else ["", " _"]
    fillers += _FILLERS.get(keyword, ())
    if around.opener:
        # What is closed below must be opened here.
        closed = f"{written}{closers}"
        return [f"{written}{quote}{around.opener}", f"{closed}: {around.opener}", f"{closed} {around.opener}"]
    if around.brackets:
        endings = ["", ","]
    elif keyword in _COMPOUND:
        endings = [":"] if around.opens_block else [": pass", ""]
    else:
        endings = ["", ":"] if around.opens_block and written[0] in ")]}" else [""]
    return [written + filler + closers + ending for ending in endings for filler in fillers]


def _openers(written: str, around: _Surroundings) -> list[str]:
    if around.opener == "(":
        return list(_CALL_OPENERS)
    return [f"_ = {around.opener}", around.opener, f"_: {around.opener}", f"_({around.opener}"]


def _short_quote(line: str) -> str:
    """The quote of a string that a line leaves open."""
    tokens = list(_TOKEN.finditer(line.encode()))
    return tokens[-1].group()[:1].decode() if tokens and (tokens[-1].lastindex or 0) > 3 else ""


def _surroundings(source: Source, row: int, indent: int) -> _Surroundings:
    start, _ = source.lines.line_span(row)
    below = source.lines.starts[row + 1] if row + 1 < len(source.lines) else len(source.data)
    brackets, quote, _, _ = _scan(source.data[:start], "", "")
    left, open_quote, unmatched, n_missing = _scan(source.data[below:], brackets, quote)
    above_row = source.lines.line(row - 1).strip() if row else ""
    opener = _OPENING[unmatched[0]] if unmatched and not open_quote else ""
    next_indent = _indent_below(source, row)
    return _Surroundings(
        brackets,
        0 if open_quote else min(len(left) + n_missing, len(brackets)),
        opener,
        open_quote,
        next_indent is not None and indent < next_indent,
        above_row.startswith("@"),
    )


class _Scanned(NamedTuple):
    """The brackets and the long string open after a text, the closing brackets that nothing
    opened, and how many opening ones were not closed before one around them was."""

    brackets: str
    quote: str
    unmatched: str
    n_missing: int


def _scan(data: bytes, brackets: str, quote: str) -> _Scanned:
    """Read a text from a state on."""
    stack, unmatched, n_missing, start = list(brackets), "", 0, 0
    if quote:
        end = _REST_OF_LONG[quote].match(data)
        if end is None:
            return _Scanned(brackets, quote, "", 0)
        start = end.end()
    for token in _TOKEN.finditer(data, start):
        kind = token.lastindex
        if kind == 1:
            bracket = token.group().decode()
            opening = _OPENING.get(bracket)
            if opening is None:
                stack.append(bracket)
            elif opening in stack:
                while stack.pop() != opening:
                    n_missing += 1
            else:
                unmatched += bracket
        elif kind == 2 or kind == 3:
            return _Scanned("".join(stack), token.group()[:3].decode(), unmatched, n_missing)
    return _Scanned("".join(stack), "", unmatched, n_missing)


def _indent_below(source: Source, row: int) -> int | None:
    for below in range(row + 1, min(row + _MAX_BLANK_ROWS, len(source.lines))):
        line = source.lines.line(below)
        if line.strip():
            return len(line[: len(line) - len(line.lstrip())].expandtabs())
    return None
