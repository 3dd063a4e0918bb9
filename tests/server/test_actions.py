"""Code actions, hover, completion, commands and progress."""

import ast
from pathlib import Path
from typing import Any

import pytest
from editor import PLAIN, PUSH, at
from lsprotocol import types
from pygls.exceptions import JsonRpcException

MEND = "Mend the bug"
IGNORE = "Ignore BC201 here…"


async def test_the_preferred_fix_is_resolved_to_a_versioned_edit(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "x = BUG\n", version=5)
    await editor.codes(uri)
    shown = editor.client.diagnostics[uri]
    actions = {action.title: action for action in await editor.actions(uri, at(0, 0), diagnostics=shown)}
    mend = actions[MEND]
    assert (mend.kind, mend.is_preferred, mend.edit) == ("quickfix", True, None)
    assert [item.code for item in mend.diagnostics] == ["BC201"]
    assert actions["Not possible"].disabled.reason == "no"
    assert _command(actions["Open the entry BC201"])["command"] == "bugcatalog.openEntry"
    (edit,) = (await editor.client.code_action_resolve_async(mend)).edit.document_changes
    assert (edit.text_document.uri, edit.text_document.version) == (uri, 5)
    assert [(item.range, item.new_text) for item in edit.edits] == [(at(0, 4, 7), "OK")]


async def test_kinds_choose_among_the_actions(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG BUG\n")
    (all_safe,) = await editor.actions(uri, at(0, 0, 7), only=["source.fixAll"])
    assert all_safe.kind == "source.fixAll.bugcatalog"
    (edit,) = (await editor.client.code_action_resolve_async(all_safe)).edit.document_changes
    assert len(edit.edits) == 2
    assert await editor.actions(uri, at(0, 0, 7), only=["refactor"]) == []


async def test_a_new_file_is_created_with_an_annotation(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    action = await _action(editor, uri, "Write a migration")
    edit = (await editor.client.code_action_resolve_async(action)).edit
    created, written = edit.document_changes
    assert isinstance(created, types.CreateFile)
    assert created.uri == (tmp_path / "migrations" / "0002.py").as_uri()
    assert written.edits[0].new_text == "# new\n"
    (annotation,) = edit.change_annotations.values()
    assert annotation.needs_confirmation
    assert created.annotation_id == written.edits[0].annotation_id == next(iter(edit.change_annotations))


async def test_an_editor_that_can_not_create_files_is_not_offered_them(start, tmp_path: Path) -> None:
    action = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
    capabilities = {"textDocument": {"codeAction": action}, "workspace": {}}
    editor = await start(tmp_path, capabilities=capabilities)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    actions = {action.title: action for action in await editor.actions(uri, at(0, 0))}
    assert "Write a migration" not in actions
    assert "Not possible" not in actions
    assert actions[MEND].edit.changes[uri][0].new_text == "OK"
    assert actions[MEND].is_preferred is None


async def test_an_editor_without_literals_gets_commands(start, tmp_path: Path) -> None:
    capabilities = {"textDocument": {}, "workspace": {"applyEdit": True}}
    editor = await start(tmp_path, capabilities=capabilities)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    command = next(item for item in await editor.actions(uri, at(0, 0)) if item.title == MEND)
    await _execute(editor, command.command, *command.arguments)
    assert editor.applied[0].edit.changes[uri][0].new_text == "OK"


async def test_ignoring_takes_a_placeholder_or_a_reason(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    action = await _action(editor, uri, IGNORE)
    edit = (await editor.client.code_action_resolve_async(action)).edit
    assert edit.document_changes[0].edits[0].new_text.endswith("ignore[BC201] the reason")

    editor = await start(tmp_path, options={"promptsForReason": True})
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    action = await _action(editor, uri, IGNORE)
    command = _command(action)
    assert command["command"] == "bugcatalog.ignoreWithReason"
    await _execute(editor, "bugcatalog.applyAction", *command["arguments"], "it is a test")
    assert editor.applied[0].edit.document_changes[0].edits[0].new_text.endswith("it is a test")


async def test_an_action_of_an_older_text_is_refused(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    action = await _action(editor, uri, MEND)
    action.data = {"id": "of another day", "uri": uri}
    with pytest.raises(JsonRpcException, match="The text has changed"):
        await editor.client.code_action_resolve_async(action)


async def test_hover_is_markdown_or_plain(start, tmp_path: Path) -> None:
    for capabilities, expected in [
        (PUSH, "# About `BUG`\n\nSee [docs](https://example.org).\n"),
        (PLAIN, "About BUG\n\nSee docs (https://example.org)."),
    ]:
        editor = await start(tmp_path, capabilities=capabilities)
        uri = editor.open(tmp_path / "a.py", "BUG\n")
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 1))
        hover = await editor.client.text_document_hover_async(params)
        assert (hover.contents.value, hover.range) == (expected, at(0, 0, 3))
        params.text_document.uri = "file:///not/open.py"
        assert await editor.client.text_document_hover_async(params) is None


async def test_completion_is_a_snippet_or_plain(start, tmp_path: Path) -> None:
    for capabilities, expected in [(PUSH, "BC201${1: reason}"), (PLAIN, "BC201 reason")]:
        editor = await start(tmp_path, capabilities=capabilities)
        uri = editor.open(tmp_path / "a.py", "é [\n")
        params = types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(0, 3))
        (item,) = (await editor.client.text_document_completion_async(params)).items
        assert (item.text_edit.range, item.text_edit.new_text) == (at(0, 3), expected)


async def test_commands(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    for _ in range(2):
        answer = await _execute(editor, "bugcatalog.explain", uri, 3)
    assert answer == {"name": "explain", "arguments": [str(tmp_path / "a.py"), 3]}
    assert [message.message for message in editor.client.messages] == ["said once"]
    assert "explaining" in await _execute(editor, "bugcatalog.showLogs")
    await _execute(editor, "bugcatalog.openEntry", "BC201")
    assert (editor.shown[0].uri, editor.shown[0].external) == ("https://example.org/BC201", True)


async def test_progress_is_shown_and_cancelled(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    for cancel, end in [(False, "done"), (True, "cancelled")]:
        editor.client.progress_reports.clear()
        await _execute(editor, "bugcatalog.scanWorkspace")
        values = await editor.eventually(lambda: _reports(editor) if len(_reports(editor)) > 1 else None)
        assert (values[0].title, values[0].cancellable) == ("Scan", True)
        assert all(value.cancellable is not False for value in values[1:] if value.kind == "report")
        if cancel:
            (token,) = editor.client.progress_reports
            editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        await editor.eventually(lambda: _reports(editor)[-1].kind == "end")
        assert _reports(editor)[-1].message == end


def _command(action: Any) -> dict[str, Any]:
    """The command of an action, which the client's library takes for a bare command."""
    command = ast.literal_eval(action.command)
    assert isinstance(command, dict)
    return command


def _reports(editor: Any) -> list[Any]:
    return [report for reports in editor.client.progress_reports.values() for report in reports]


async def _action(editor: Any, uri: str, title: str) -> Any:
    return next(item for item in await editor.actions(uri, at(0, 0)) if item.title == title)


async def _execute(editor: Any, command: str, *arguments: Any) -> Any:
    params = types.ExecuteCommandParams(command, arguments=list(arguments))
    return await editor.client.workspace_execute_command_async(params)
