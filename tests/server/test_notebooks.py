"""Notebooks: the Python cells of one are one module."""

from pathlib import Path

from editor import PULL, at
from lsprotocol import types

from bugcatalog_ls.server.documents import Documents


async def test_each_cell_has_its_own_diagnostics(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    notebook, cells = _open(editor, tmp_path, ["import x\n!ls BUG\n%time BUG", "BUG\ny = BUG", "OK"])
    await editor.expect(cells[1], ["BC201", "BC201"])
    await editor.expect(cells[0], [])
    assert editor.client.diagnostics[cells[1]][1].range == at(1, 4, 7)
    _change_text(editor, notebook, cells[2], 2, "é BUG")
    await editor.expect(cells[2], ["BC201"])
    assert editor.client.diagnostics[cells[2]][0].range == at(0, 2, 5)
    assert [p.version for p in editor.published if p.uri == cells[2]][-1] == 2


async def test_cells_come_and_go(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    notebook, cells = _open(editor, tmp_path, ["BUG", "OK"])
    await editor.expect(cells[0], ["BC201"])
    new = f"{cells[0]}new"
    structure = types.NotebookDocumentCellChangeStructure(
        array=types.NotebookCellArrayChange(
            start=0, delete_count=1, cells=[types.NotebookCell(types.NotebookCellKind.Code, new)]
        ),
        did_open=[types.TextDocumentItem(new, "python", 1, "BUG BUG")],
        did_close=[types.TextDocumentIdentifier(cells[0])],
    )
    _change(editor, notebook, types.NotebookDocumentCellChanges(structure=structure))
    await editor.expect(new, ["BC201", "BC201"])
    await editor.expect(cells[0], [])
    closed = types.DidCloseNotebookDocumentParams(
        types.NotebookDocumentIdentifier(notebook),
        [types.TextDocumentIdentifier(uri) for uri in (new, cells[1])],
    )
    editor.client.notebook_document_did_close(closed)
    await editor.expect(new, [])


async def test_hover_and_fix_in_a_cell(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    _, cells = _open(editor, tmp_path, ["OK\n", "x\ny = BUG"])
    hover = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(cells[1]), types.Position(1, 5))
    )
    assert hover.range == at(1, 4, 7)
    action = (await editor.actions(cells[1], at(1, 5)))[0]
    mended = await editor.client.code_action_resolve_async(action)
    (edit,) = mended.edit.document_changes
    assert (edit.text_document.uri, edit.text_document.version) == (cells[1], 1)
    assert edit.edits[0].range == at(1, 4, 7)


async def test_a_cell_is_pulled(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    _, cells = _open(editor, tmp_path, ["BUG BUG", "BUG"])
    assert [len((await editor.pull(uri)).items) for uri in cells] == [2, 1]


def test_the_rows_of_cells_stay_apart() -> None:
    documents = Documents("utf-16")
    texts = ["a\n", "%%bash\nif\n", "b\r", "", "x = (1\n  % 2)", "if a:\n    %time f()"]
    cells = [(f"cell:{i}", "python", 1, text) for i, text in enumerate(texts)]
    cells.append(("cell:md", "markdown", 1, "# no"))
    notebook = documents.open_notebook("file:///a.ipynb", [cell[0] for cell in cells], cells)
    assert notebook.source.text.splitlines() == [
        "a", "", "", "", "", "b", "", "", "x = (1", "  % 2)", "if a:", "    pass",
    ]  # fmt: skip
    assert [(host.uri, host.first_row) for host in notebook.hosts()] == [
        ("cell:0", 0), ("cell:1", 2), ("cell:2", 5), ("cell:3", 7), ("cell:4", 8), ("cell:5", 10),
    ]  # fmt: skip
    assert documents.at_uri("cell:4") == (notebook, 8)
    assert notebook.host(6).uri == "cell:2"


def _open(editor, folder: Path, texts: list[str]) -> tuple[str, list[str]]:
    notebook = (folder / "a.ipynb").as_uri()
    uris = [notebook.replace("file:", "vscode-notebook-cell:") + f"#{i}" for i in range(len(texts))]
    editor.client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(
            types.NotebookDocument(
                notebook,
                "jupyter-notebook",
                1,
                [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris],
            ),
            [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, texts, strict=True)],
        )
    )
    return notebook, uris


def _change_text(editor, notebook: str, cell: str, version: int, text: str) -> None:
    content = types.NotebookDocumentCellContentChanges(
        types.VersionedTextDocumentIdentifier(version, cell),
        [types.TextDocumentContentChangeWholeDocument(text)],
    )
    _change(editor, notebook, types.NotebookDocumentCellChanges(text_content=[content]))


def _change(editor, notebook: str, cells: types.NotebookDocumentCellChanges) -> None:
    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(2, notebook),
            types.NotebookDocumentChangeEvent(cells=cells),
        )
    )
