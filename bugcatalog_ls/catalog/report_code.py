"""Wrong and right code of a bug: pairs that a report shows side by side, one after the other or as a diff."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

import msgspec

from bugcatalog_ls.catalog.report_pieces import Piece


class CodePair(msgspec.Struct, frozen=True):
    """Code before and after; `pieces` are the numbers of the report's pieces that it was made of."""

    before: str
    after: str
    language: str
    pieces: tuple[int, ...] = ()


def code_pairs(pieces: Sequence[Piece]) -> list[CodePair]:
    """The pairs that a bug's pieces show, in their order."""
    found: list[CodePair] = []
    wrong: tuple[int, Piece] | None = None
    for number, piece in enumerate(pieces):
        if piece.code is None:
            continue
        both = _both(piece.code, piece.language)
        if both is not None:
            # What a diff or a fence says besides its code is kept where it stands.
            says_more = piece.language.lower().startswith("diff") or " " in piece.language.strip()
            found.append(CodePair(*both, _language(piece), () if says_more else (number,)))
        elif piece.role == "wrong":
            wrong = (number, piece)
        elif piece.role == "right" and wrong is not None:
            before = wrong[1].code or ""
            language = _language(piece) or _language(wrong[1])
            found.append(CodePair(_dedented(before), _dedented(piece.code), language, (wrong[0], number)))
            wrong = None
    return [pair for pair in found if pair.before.strip() and pair.before != pair.after]


def sides_of_diff(text: str) -> tuple[str, str]:
    """What a diff shows of the code before and after, without its heads."""
    before, after = [], []
    for line in text.split("\n"):
        if line.startswith(("--- ", "+++ ", "@@", "diff ", "index ")):
            continue
        if not line.startswith("+"):
            before.append(line[1:])
        if not line.startswith("-"):
            after.append(line[1:])
    return "\n".join(before), "\n".join(after)


# A sign that is repeated is read once, and not again with each of its repetitions left out.
_BEGINS = r"^[ \t]*(?:#+(?!#)|//+(?!/)|--|;+(?!;)|/\*+(?!\*)|<!--)\s*"
_COMMENT = rf"{_BEGINS}(?:[^\w\s]+\s*)?"
_WRONG = re.compile(
    rf"{_COMMENT}(?:❌|✗|✘|🚫|(?:before|wrong|bad|incorrect|buggy|old|don't|vorher|falsch|schlecht)\b|错误|修复前|反例)",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    rf"{_COMMENT}(?:✅|✓|✔|(?:after|right|correct|good|fixed|new|nachher|richtig|besser)\b|正确|修复后|正例)",
    re.IGNORECASE,
)
_CROSS = re.compile(rf"{_BEGINS}(?:❌|✗|✘|🚫)")
_TICK = re.compile(rf"{_BEGINS}(?:✅|✓|✔)")


def _both(code: str, language: str) -> tuple[str, str] | None:
    """The two sides of a piece of code that marks them by comments, or that is a diff."""
    lines = code.split("\n")
    if language.lower().startswith("diff") or re.search(r"^@@ .* @@", code, re.MULTILINE):
        before, after = sides_of_diff(code)
        return (_dedented(before), _dedented(after)) if before.strip() and after.strip() else None
    wrong = [row for row, line in enumerate(lines) if _WRONG.match(line) or _CROSS.match(line)]
    right = [row for row, line in enumerate(lines) if _RIGHT.match(line) or _TICK.match(line)]
    if len(wrong) != 1 or not right:
        return None
    first, second = wrong[0], right[0]
    if first < second:
        return _dedented(_code(lines[:second])), _dedented(
            _code(lines[second : right[1] if right[1:] else None])
        )
    return _dedented(_code(lines[first:])), _dedented(_code(lines[:first]))


def _code(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n")


def _dedented(code: str) -> str:
    return textwrap.dedent(code).strip("\n") + "\n" if code.strip() else ""


def _language(piece: Piece) -> str:
    named = re.match(r"[\w+#-]+", piece.language.strip().lower())
    if named and named[0] not in ("diff", "text", "txt", "plain"):
        return _ALIASES.get(named[0], named[0])
    code = piece.code or ""
    return "python" if _PYTHON.search(code) else ""


_ALIASES = {
    "py": "python",
    "python3": "python",
    "js": "javascript",
    "ts": "typescript",
    "golang": "go",
    "yml": "yaml",
}
_PYTHON = re.compile(
    r"^[^\S\n]*(?:[-+][^\S\n]*)?(?:def |async def |class \w+.*:|from \w[\w.]* import |import \w+|@\w)",
    re.MULTILINE,
)
