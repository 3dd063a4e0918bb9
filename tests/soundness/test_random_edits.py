"""Random edits: the text stays what a model says, and what is shown what a fresh workspace shows.

`BUGCATALOG_EDITS` sets the number of edits (default 500) and `BUGCATALOG_SEED` where they begin.
"""

from __future__ import annotations

import ast
import os
import random
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from small_app import APP, opened, write_app

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.workspace.workspace import Workspace

N_EDITS = int(os.environ.get("BUGCATALOG_EDITS", "500"))
SEED = os.environ.get("BUGCATALOG_SEED", "0")
N_RUNS = 4

PIECES = (
    *("(", ")", "[", "]", "{", "}", ":", ",", ".", "=", "#", "@", "\\", "'", '"', '"""', "'''", "f'{", " "),
    *("\n", "\r\n", "\r", "\t", "    ", "\n    ", "\f", "\0", "\ufeff", "ü", "é", "😀", "𝒳 = 1\n", "\u2028"),
    *(
        "def f():\n",
        "class C:\n",
        "try:\n",
        "except Exception:\n    pass\n",
        "finally:\n",
        "else:\n",
        "async ",
    ),
    *(
        "import requests\n",
        "from shop.http import *\n",
        "import shop.http as http\n",
        "return",
        "pass",
        "yield",
    ),
)
STATEMENTS = (
    "import requests; requests.get('https://x')",
    "import requests; requests.get('https://😀', timeout=3)",
    "from shop.http import session as sent",
    "def helper(api_key): print(open('ü.txt').read(), api_key)",
    "class Extra(Base):\n    __tablename__ = 'extra'\n    id = Column(Integer, primary_key=True)",
    "# bugcatalog: ignore-file[BC201]",
    "# bugcatalog: ignore[BC201, BC5] 😀",
    "router = None",
    "del router",
    "TIMEOUT = 3",
    "x = '''\n𝒳\n'''",
    "try:\n    run()\nexcept Exception:\n    pass",
)


class Editor:
    """A workspace under random edits beside a model of its texts and what a screen shows of it."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root, self.chance = root, chance
        self.texts: dict[str, str] = {}
        self.disk = dict(APP)
        self.workspace = opened(root)
        self.screen = {path: shown(self.workspace, path) for path in self.workspace.files()}
        self.n_compared = 0

    def step(self) -> str:
        moves: list[tuple[int, Callable[[str], None]]] = [
            (10, self.insert),
            (5, self.delete),
            (5, self.replace),
            (14, self.add_statement),
            (4, self.delete_line),
            (4, self.duplicate_line),
            (4, self.change_line_ends),
            (5, self.restore),
            (2, self.close),
            (2, self.write_file),
            (1, self.delete_file),
        ]
        move = self.chance.choices([move for _, move in moves], [weight for weight, _ in moves])[0]
        path = self.chance.choice(sorted(path for path in APP if path.endswith(".py")))
        broken = sorted(path for path, text in self.texts.items() if not parses(text))
        if broken and self.chance.random() < 0.4 * len(broken):
            # Else soon nothing would parse any more.
            path, move = self.chance.choice(broken), self.restore
        move(path)
        self.look(path)
        return f"{move.__name__} {path}"

    # -- edits of the editor's text ------------------------------------------------------------------

    def insert(self, path: str) -> None:
        at = self.place(path)
        self.edit(path, at, at, "".join(self.chance.choices(PIECES, k=self.chance.randint(1, 3))))

    def delete(self, path: str) -> None:
        start = self.place(path)
        self.edit(path, start, self.place(path, start), "")

    def replace(self, path: str) -> None:
        start = self.place(path)
        self.edit(path, start, self.place(path, start), self.chance.choice(PIECES))

    def add_statement(self, path: str) -> None:
        at = self.chance.choice(self.line_starts(path))
        self.edit(path, at, at, self.chance.choice(STATEMENTS) + self.chance.choice(("\n", "\r\n", "\r")))

    def delete_line(self, path: str) -> None:
        starts = [*self.line_starts(path), len(self.text(path))]
        row = self.chance.randrange(len(starts) - 1)
        self.edit(path, starts[row], starts[row + 1], "")

    def duplicate_line(self, path: str) -> None:
        starts = [*self.line_starts(path), len(self.text(path))]
        row = self.chance.randrange(len(starts) - 1)
        line = self.text(path)[starts[row] : starts[row + 1]]
        self.edit(path, starts[row], starts[row], line)

    def change_line_ends(self, path: str) -> None:
        text = self.text(path)
        end = self.chance.choice(("\n", "\r\n", "\r"))
        self.edit(path, 0, len(text), re.sub(r"\r\n|\r|\n", lambda _: end, text))

    def restore(self, path: str) -> None:
        self.edit(path, 0, len(self.text(path)), APP[path])

    def edit(self, path: str, start: int, end: int, content: str) -> None:
        """Make an edit as a client sends it: by rows and columns in one of the three units."""
        text = self.text(path)
        if path not in self.texts:
            self.workspace.set_text(path, text)
        unit: ColumnUnit = self.chance.choice(("utf-8", "utf-16", "utf-32"))
        source = self.workspace.source(path)
        assert source is not None
        first = source.lines.offset(*position(text, start, unit), unit)
        last = source.lines.offset(*position(text, end, unit), unit)
        data = source.data[:first] + content.encode() + source.data[last:]
        self.workspace.set_text(path, data.decode(), quick=self.chance.random() < 0.5)
        self.texts[path] = text[:start] + content + text[end:]

    # -- what happens outside of it ----------------------------------------------------------------------

    def close(self, path: str) -> None:
        self.texts.pop(path, None)
        self.workspace.close_text(path)

    def write_file(self, path: str) -> None:
        self.disk[path] = APP[path] + self.chance.choice(STATEMENTS) + "\n"
        (self.root / path).write_text(self.disk[path], "utf-8", newline="")
        self.workspace.file_changed(path)

    def delete_file(self, path: str) -> None:
        if path not in self.texts:
            self.disk.pop(path, None)
            (self.root / path).unlink(missing_ok=True)
            self.workspace.file_changed(path)

    # -- looking -------------------------------------------------------------------------------------------

    def look(self, path: str) -> None:
        """Refresh the screen as a server does: the edited file, and those that are said to be stale."""
        for other in {path, *self.workspace.stale_paths()}:
            self.screen[other] = shown(self.workspace, other)

    def check(self) -> None:
        for path, text in self.texts.items():
            source = self.workspace.source(path)
            assert source is not None
            assert source.text == text
        if all(parses(text) for path, text in self.now().items() if path.endswith(".py")):
            self.n_compared += 1
            for path in self.texts:
                if self.workspace.settle(path):
                    self.look(path)
            fresh = opened(self.root, self.texts)
            expected = {path: shown(fresh, path) for path in fresh.files()}
            difference = [
                f"{where} {item}"
                for path in sorted({*expected, *self.screen})
                for where, items, others in (
                    ("only on the screen:", self.screen.get(path, []), expected.get(path, [])),
                    ("only in a fresh one:", expected.get(path, []), self.screen.get(path, [])),
                )
                for item in items
                if item not in others
            ]
            assert not difference, "\n".join(difference)

    def now(self) -> dict[str, str]:
        return {**self.disk, **self.texts}

    def text(self, path: str) -> str:
        return self.texts.get(path, self.disk.get(path, ""))

    def line_starts(self, path: str) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text(path)))]

    def place(self, path: str, start: int = 0) -> int:
        """A random index into the text, at most a few lines after `start`, never inside of a CRLF."""
        text = self.text(path)
        end = min(len(text), start + self.chance.choice((3, 30, 200))) if start else len(text)
        at = self.chance.randint(start, end)
        return at + 1 if text[at - 1 : at + 1] == "\r\n" else at


def shown(workspace: Workspace, path: str) -> list[tuple[Finding, str]]:
    return [(diagnosis.finding, diagnosis.severity) for diagnosis in workspace.diagnose(path)]


def parses(text: str) -> bool:
    """Whether both Python and the grammar take a text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return not parse(text.encode()).root_node.has_error


def position(text: str, index: int, unit: ColumnUnit) -> tuple[int, int]:
    """The row and column of an index, worked out the slow way."""
    lines = re.split(r"\r\n|\r|\n", text[:index])
    if text[index - 1 : index + 1] == "\r\n":
        raise AssertionError("a position inside of a line end")
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[unit]
    encoded = lines[-1].encode({"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[unit])
    return len(lines) - 1, len(encoded) // width


@pytest.mark.parametrize("run", range(N_RUNS))
def test_random_edits(tmp_path: Path, run: int) -> None:
    root = tmp_path / "app"
    write_app(root)
    editor = Editor(root, random.Random(f"{SEED} {run}"))
    trail: list[str] = []
    try:
        for _ in range(N_EDITS // N_RUNS):
            trail.append(editor.step())
            editor.check()
    except Exception:
        print("\n".join(trail[-12:]))
        raise
    print(f"{len(trail)} edits, {editor.n_compared} times compared with a fresh workspace")
    assert editor.n_compared >= N_EDITS // N_RUNS // 8
