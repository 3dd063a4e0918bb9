"""The commands `bugcatalog.…`: those of the server itself; all others are the analysis's."""

from __future__ import annotations

import asyncio
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from lsprotocol import types

from bugcatalog_ls.ide.api import requests, responses
from bugcatalog_ls.server import convert
from bugcatalog_ls.server.paths import is_file, uri_of
from bugcatalog_ls.server.process import Unanswered
from bugcatalog_ls.server.session import Session

_SECONDS_TO_TELL = 5.0


async def execute_command(session: Session, params: types.ExecuteCommandParams) -> Any:
    name = params.command.removeprefix("bugcatalog.")
    arguments = tuple(convert.argument(value) for value in params.arguments or ())
    if name == "restart":
        session.analysis.restart()
        return None
    if name == "showLogs":
        return "\n".join(session.log)
    if name == "debugInformation":
        return await _debug_information(session)
    if name == "applyAction":
        id, reason = (*map(str, arguments), "", "")[:2]
        change = await session.analysis.ask(requests.ResolveAction(id, reason), responses.Change)
        return await _apply(session, change)
    if name == "newEntry":
        arguments = (_selection(session, arguments),)
    answer = await session.analysis.ask(requests.Command(name, arguments), responses.CommandResult)
    return await _carry_out(session, answer)


def _selection(session: Session, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """What an entry is to be drafted from: `{uri, range, …}`, or the URI and the range one by one.

    The range becomes offsets where the document is open; else the object brings the `text`.
    """
    first = arguments[0] if arguments else {}
    asked = dict(first) if isinstance(first, dict) else {"uri": first}
    if len(arguments) > 1 and isinstance(arguments[1], dict):
        asked["range"] = arguments[1]
    try:
        start, end = asked["range"]["start"], asked["range"]["end"]
        begin = types.Position(int(start["line"]), int(start["character"]))
        place = types.Range(begin, types.Position(int(end["line"]), int(end["character"])))
    except (KeyError, TypeError, ValueError):
        return asked
    span = convert.span(session.client, session.documents, uri_of(str(asked.get("uri", ""))), place)
    return asked if span is None else {**asked, "uri": span[0], "start": span[1].start, "end": span[1].end}


async def _carry_out(session: Session, result: responses.CommandResult) -> Any:
    if result.message:
        session.tell_user("information", result.message)
    value = result.value
    if result.places is not None:
        value = convert.locations(session.client, session.documents, result.places)
    if result.change is not None and result.applied:
        await _apply(session, result.change)
    elif result.change is not None:
        edit = convert.workspace_edit(session.client, session.documents, result.change)
        value = {**value, "edit": edit}
    if result.show is not None and session.client.shows_documents:
        await session.server.window_show_document_async(_show_params(result.show))
    return value


async def _apply(session: Session, change: responses.Change) -> bool:
    edit = convert.workspace_edit(session.client, session.documents, change)
    if not session.client.applies_edits:
        raise convert.CannotApply("This editor doesn't apply edits that a command makes.")
    answer = await session.server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(edit=edit, label=change.label or None)
    )
    if not answer.applied:
        reason = f": {answer.failure_reason}" if answer.failure_reason else "."
        session.write_log("warning", f"The editor did not apply an edit{reason}")
    return bool(answer.applied)


def _show_params(show: responses.Show) -> types.ShowDocumentParams:
    at = types.Position(show.row, 0)
    is_local = is_file(show.target)
    return types.ShowDocumentParams(
        uri=uri_of(show.target),
        external=show.external or None,
        take_focus=True,
        selection=types.Range(at, at) if is_local and not show.external else None,
    )


async def _debug_information(session: Session) -> dict[str, Any]:
    try:
        question = session.analysis.ask(requests.Command("debugInformation"), responses.CommandResult)
        service = (await asyncio.wait_for(question, _SECONDS_TO_TELL)).value
    except (asyncio.TimeoutError, Unanswered) as error:
        service = f"no answer: {error}"
    return {
        "versions": {name: _version(name) for name in ("bugcatalog-ls", "pygls", "lsprotocol")},
        "python": sys.version,
        "platform": platform.platform(),
        "encoding": session.client.unit,
        "diagnostics": "pull" if session.client.pulls_diagnostics else "push",
        "folders": [folder.uri for folder in session.folders],
        "analysis": session.analysis.describe(),
        "service": service,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
