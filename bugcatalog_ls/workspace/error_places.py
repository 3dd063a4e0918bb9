"""Where an error comes from: frames of tracebacks and names of messages as places of a workspace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from bugcatalog_ls.catalog.error_blocks import Frame
from bugcatalog_ls.facts.classes import ClassFact, FunctionFact, class_anchor
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace


class Place(NamedTuple):
    """A place of the workspace (row and column from 1), what is there, and what would mend it."""

    path: str
    row: int
    column: int
    message: str
    fixes: tuple[str, ...] = ()
    is_finding: bool = False


class ErrorPlaces:
    """Finds places in a workspace that was scanned."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def find(
        self, code: str, frames: Iterable[Frame], names: Iterable[tuple[tuple[str, str], ...]]
    ) -> list[Place]:
        """The frames in their order, then what the message names, the findings of the entry last."""
        named = [dict(pairs) for pairs in names]
        framed = list(self._frames(frames))
        places = [*framed, *self._named(named)]
        findings = [finding for place in places for finding in self._findings_at(code, place)]
        words = {value for captures in named for key, value in captures.items() if key in _NAMING}
        if not findings and words:
            findings = list(self._findings_naming(code, words))
        if not places and not findings and not words:
            findings = [self._finding(each) for each in self._all_findings(code)]
        taken = {(found.path, found.row) for found in findings}
        kept = [place for place in places if (place.path, place.row) not in taken]
        return list(dict.fromkeys([*kept[-_MAX_PLACES:], *findings[:_MAX_PLACES]]))

    def frame(self, frame: Frame) -> Place | None:
        """The place that a frame means: in the file whose path ends like the frame's, where one does."""
        path = self._path(frame.path)
        source = self._workspace.source(path) if path is not None else None
        if path is None or source is None:
            return None
        row = frame.line - 1
        lines = source.lines
        if frame.source:
            # The file may have changed since: the nearest line that reads the same is meant.
            same = [at for at in range(len(lines)) if lines.line(at).strip() == frame.source]
            row = min(same, key=lambda at: abs(at - row), default=row)
        if not 0 <= row < len(lines):
            return None
        text = lines.line(row)
        column = len(text) - len(text.lstrip()) + 1
        where = f"in {frame.function}: " if frame.function else ""
        return Place(path, row + 1, column, f"{where}{text.strip()[:160]}" or "here")

    def _frames(self, frames: Iterable[Frame]) -> Iterator[Place]:
        for frame in dict.fromkeys(frames):
            place = self.frame(frame)
            if place is not None:
                yield place

    def _path(self, named: str) -> str | None:
        parts = [part for part in _SEPARATOR.split(named) if part not in ("", ".")]
        if not parts or _FOREIGN.search(f"/{'/'.join(parts)}"):
            return None
        best: list[str] = []
        longest = 0
        for path in self._by_name.get(parts[-1], ()):
            own = path.split("/")
            n_common = 0
            while n_common < min(len(own), len(parts)) and own[-1 - n_common] == parts[-1 - n_common]:
                n_common += 1
            if longest < n_common:
                best, longest = [path], n_common
            elif longest == n_common:
                best.append(path)
        if len(best) != 1:
            # Of several that end alike, the one that the frame's path ends with whole.
            best = [path for path in best if len(path.split("/")) == longest]
        if len(best) != 1:
            return None
        # A bare name such as `utils.py` is no proof, unless one of the two paths is no more than that.
        is_whole = longest in (len(parts), len(best[0].split("/")))
        return best[0] if is_whole or longest > 1 or len(self._by_name[parts[-1]]) == 1 else None

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._workspace.files():
            found[path.rpartition("/")[2]].append(path)
        return found

    # -- names ----------------------------------------------------------------------------------------

    def _named(self, named: list[dict[str, str]]) -> Iterator[Place]:
        index = self._workspace.project.index
        for captures in named[:_MAX_PLACES]:
            yield from self._of_table(index, captures)
            for key in ("owner", "enum", "class", "model", "type"):
                if captures.get(key):
                    yield from self._of_class(index, captures[key], captures)

    def _of_table(self, index: FactIndex, captures: Mapping[str, str]) -> Iterator[Place]:
        column = captures.get("column", "")
        table = captures.get("table", "")
        if "." in column:
            owner, _, column = column.rpartition(".")
            table = table or owner.rpartition(".")[2]
        constraint = captures.get("constraint", "")
        if not (table or column):
            return
        known = [made for symbol in models(index) if (made := model(index, symbol)) is not None]
        wanted = table.casefold()
        of_table = [made for made in known if wanted in (made.table.casefold(), made.key.casefold())]
        # An alias such as `chats_1` stands for the table.
        of_table = of_table or [
            made for made in known if wanted and re.fullmatch(rf"{re.escape(made.table)}_\d+", table)
        ]
        if constraint and not column:
            column = _column_of_constraint(constraint, of_table)
        columns = [
            (made, each)
            for made in (of_table if table else known)
            for each in made.columns
            if column and each.name.casefold() == column.casefold()
        ]
        if columns and (table or len(columns) <= _MAX_ALIKE):
            for made, each in columns:
                text = f"the column {each.name} of the table {made.key}, mapped by {made.name}"
                yield from self._at(each.path or made.path, each.anchor, text)
            return
        for made in of_table:
            text = f"the table {made.key}, mapped by {made.name}"
            text += f", which has no column {column}" if column else ""
            yield from self._at(made.path, made.anchor, text)

    def _of_class(self, index: FactIndex, name: str, captures: Mapping[str, str]) -> Iterator[Place]:
        # A database's type is often called like the class in lower case.
        wanted = _plain(name.rpartition(".")[2])
        symbols = [symbol for symbol in index.keys(ClassFact) if _plain(_last(symbol)) == wanted]
        if not symbols or len(symbols) > _MAX_ALIKE:
            return
        for symbol in sorted(symbols):
            short = _last(symbol)
            for path, _ in index.get(ClassFact, symbol):
                lacking = captures.get("attribute", "")
                text = f"the class {short}" + (f", which has no attribute {lacking}" if lacking else "")
                method = captures.get("method", "")
                function = f"{symbol}.{method}"
                if method and index.one(FunctionFact, function) is not None:
                    text = f"the class {short}, whose method {method} needs an instance"
                yield from self._at(path, class_anchor(symbol), text)

    def _at(self, path: str, anchor: str, message: str) -> Iterator[Place]:
        result = self._workspace.project.results.get(path)
        source = self._workspace.source(path)
        span = result.anchors.get(anchor) if result is not None else None
        if source is not None and span is not None:
            row, column = source.lines.position(span.start)
            yield Place(path, row + 1, column + 1, message)

    # -- findings -------------------------------------------------------------------------------------

    def _findings_at(self, code: str, place: Place) -> Iterator[Place]:
        source = self._workspace.source(place.path)
        for diagnosis in self._workspace.diagnose(place.path):
            if diagnosis.finding.code != code or source is None:
                continue
            first = source.lines.position(diagnosis.span.start)[0] + 1
            last = source.lines.position(max(diagnosis.span.start, diagnosis.span.end - 1))[0] + 1
            if first <= place.row <= last:
                yield self._finding(diagnosis)

    def _findings_naming(self, code: str, words: set[str]) -> Iterator[Place]:
        patterns = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for word in words if word]
        for diagnosis in self._all_findings(code):
            source = self._workspace.source(diagnosis.finding.path)
            said = diagnosis.finding.message + " " + (source.slice(diagnosis.span) if source else "")
            if patterns and all(pattern.search(said) for pattern in patterns):
                yield self._finding(diagnosis)

    def _all_findings(self, code: str) -> list[Diagnosis]:
        if code not in self._of_code:
            self._of_code[code] = [
                diagnosis
                for path in self._workspace.files()
                for diagnosis in self._workspace.diagnose(path)
                if diagnosis.finding.code == code
            ]
        return self._of_code[code]

    @cached_property
    def _of_code(self) -> dict[str, list[Diagnosis]]:
        return {}

    def _finding(self, diagnosis: Diagnosis) -> Place:
        finding = diagnosis.finding
        source = self._workspace.source(finding.path)
        row, column = source.lines.position(diagnosis.span.start) if source is not None else (0, 0)
        fixes = tuple(fix.title for fix in self._workspace.fixes(finding))
        return Place(finding.path, row + 1, column + 1, finding.message, fixes, True)


def _last(symbol: str) -> str:
    return re.split(r"[.:]", symbol)[-1]


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def _column_of_constraint(constraint: str, of_table: Iterable[Model]) -> str:
    """The column in a constraint's name that PostgreSQL made: `<table>_<column>_fkey`."""
    for made in of_table:
        name = rf"(?:fk_|uq_|ix_)?{re.escape(made.table)}_(\w+?)(?:_(?:fkey|key|fk|check))?"
        found = re.fullmatch(name, constraint)
        for each in made.columns if found else ():
            assert found is not None
            if found[1] == each.name or found[1].startswith(f"{each.name}_"):
                return each.name
    return ""


_SEPARATOR = re.compile(r"[/\\]")
_FOREIGN = re.compile(r"/(?:site|dist)-packages/|/lib(?:64)?/python\d|/<(?!ipython)|/Lib/\w+\.py$")
# Captures that name a thing, of which a finding would speak.
_NAMING = frozenset(("column", "table", "attribute", "name", "enum", "method", "class", "model", "function"))
_MAX_PLACES = 20
_MAX_ALIKE = 3
