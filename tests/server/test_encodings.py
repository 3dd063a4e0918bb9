"""Positions in the three encodings, and texts whose edits must not drift."""

import random
from pathlib import Path

import pytest
from editor import at
from lsprotocol import types

from bugcatalog_ls.server.documents import Documents, Edit, Position

WIDTHS = {"utf-8": (4, 2), "utf-16": (2, 1), "utf-32": (1, 1)}


@pytest.mark.parametrize("unit", ["utf-8", "utf-16", "utf-32"])
async def test_columns_are_in_the_negotiated_unit(start, tmp_path: Path, unit: str) -> None:
    editor = await start(tmp_path, encodings=[unit])
    emoji, accented = WIDTHS[unit]
    uri = editor.open(tmp_path / "a.py", "😀é BUG\r\né")
    await editor.codes(uri)
    column = emoji + accented + 1
    assert editor.client.diagnostics[uri][0].range == at(0, column, column + 3)
    hover = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, column + 1))
    )
    assert hover.range == at(0, column, column + 3)
    editor.change(uri, 2, "ü BUG ", at(0, emoji, emoji))
    assert await editor.codes(uri, version=2) == ["BC201", "BC201"]
    starts = [item.range.start.character for item in editor.client.diagnostics[uri]]
    assert starts == [emoji + accented + 1, emoji + accented + 5 + accented + 1]


async def test_the_clients_first_known_encoding_wins(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, encodings=["utf-7", "utf-32", "utf-8"])
    assert (await editor.debug())["encoding"] == "utf-32"


@pytest.mark.parametrize("unit", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_equal_edits_of_a_plain_string(unit: str) -> None:
    chance = random.Random(unit)
    documents = Documents(unit)
    text = "a = 1\r\nb = '😀é'\rc = 2\n\x0c\u2028 d\n"
    documents.open("file:///a.py", "python", 1, text)
    for version in range(2, 3000):
        start, end = sorted(chance.choices(range(len(text) + 1), k=2))
        end = min(end, start + chance.choice([0, 1, 5, 40]))
        start, end = _outside_line_ends(text, start), _outside_line_ends(text, end)
        new = "".join(chance.choices(["x", "é", "😀", "\n", "\r\n", "\r", "\u2028", "\x0c", ""], k=3))
        if len(text) > 400:
            new = ""
        edit = Edit(_position(text, start, unit), _position(text, end, unit), new)
        documents.change("file:///a.py", version, [edit])
        text = text[:start] + new + text[end:]
        held = documents.at_path("/a.py")
        assert held is not None
        assert held.source.text == text


async def test_lone_surrogates_do_no_harm(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "x = '\ud83d' BUG\n")
    await editor.codes(uri)
    assert editor.client.diagnostics[uri][0].range == at(0, 8, 11)


def _outside_line_ends(text: str, index: int) -> int:
    """No position lies between \\r and \\n."""
    return index - 1 if text[index - 1 : index + 1] == "\r\n" else index


def _position(text: str, index: int, unit: str) -> Position:
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rsplit("\n", 1)[-1]
    widths = {"utf-8": len(line.encode()), "utf-16": len(line.encode("utf-16-le")) // 2, "utf-32": len(line)}
    return Position(before.count("\n"), widths[unit])
