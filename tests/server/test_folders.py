"""Several folders, each with its settings; settings that change."""

from pathlib import Path

from editor import PLAIN, PUSH
from lsprotocol import types

IGNORING = {"bugcatalog": {"ignore": ["BC201"]}}


async def test_each_folder_has_its_own_settings(start, tmp_path: Path) -> None:
    one, two = _folders(tmp_path)
    editor = await start(one, two, configuration={"": {}, two.as_uri(): IGNORING})
    in_one, in_two = editor.open(one / "a.py", "BUG\n"), editor.open(two / "a.py", "BUG\n")
    await editor.expect(in_one, ["BC201"])
    await editor.expect(in_two, [])


async def test_folders_come_and_go(start, tmp_path: Path) -> None:
    one, two = _folders(tmp_path)
    (two / "defines.py").write_text("DEFINES users\n")
    editor = await start(one, configuration={"": {}, two.as_uri(): IGNORING})
    needs, in_two = editor.open(one / "a.py", "NEEDS users\n"), editor.open(two / "a.py", "BUG\n")
    await editor.expect(needs, ["BC703"])
    await editor.expect(in_two, ["BC201"])
    folder = types.WorkspaceFolder(two.as_uri(), "two")
    event = types.WorkspaceFoldersChangeEvent([folder], [])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.expect(needs, [])
    await editor.expect(in_two, [])
    event = types.WorkspaceFoldersChangeEvent([], [folder])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.expect(in_two, ["BC201"])


async def test_changed_settings_are_asked_for(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    await editor.expect(uri, ["BC201"])
    editor.client.set_configuration(IGNORING)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    await editor.expect(uri, [])
    methods = [registration.method for registration in editor.registrations]
    assert types.WORKSPACE_DID_CHANGE_CONFIGURATION in methods


async def test_changed_settings_are_taken_from_editors_that_send_them(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PLAIN)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    await editor.expect(uri, ["BC201"])
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(IGNORING))
    await editor.expect(uri, [])


async def test_settings_come_with_initialize(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PLAIN, options={"settings": IGNORING["bugcatalog"]})
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    assert await editor.codes(uri) == []


async def test_an_editor_without_folders_is_served(start, tmp_path: Path) -> None:
    editor = await start(capabilities=PUSH)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    assert await editor.codes(uri) == ["BC201"]
    item = types.TextDocumentItem("untitled:Untitled-1", "python", 1, "BUG BUG\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert await editor.codes("untitled:Untitled-1") == ["BC201", "BC201"]


def _folders(parent: Path) -> tuple[Path, Path]:
    folders = parent / "one", parent / "two ü"
    for folder in folders:
        folder.mkdir()
    return folders
