"""What the editor asks: diagnostics, hover, code actions, completion, links, lenses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types

from bugcatalog_ls.ide.api import requests, responses
from bugcatalog_ls.server import convert
from bugcatalog_ls.server.commands import execute_command
from bugcatalog_ls.server.diagnostics import SOURCE, Json, by_uri
from bugcatalog_ls.server.paths import path_of, uri_of
from bugcatalog_ls.server.schedule import fresh_report, is_fresh
from bugcatalog_ls.server.session import Session
from bugcatalog_ls.text.spans import Span


async def document_diagnostic(session: Session, params: types.DocumentDiagnosticParams) -> Json:
    uri = params.text_document.uri
    found = session.documents.at_uri(uri)
    path = found[0].path if found is not None else path_of(uri)
    previous = params.previous_result_id or ""
    report = await fresh_report(session.analysis, session.documents, path, previous)
    if report.unchanged:
        return {"kind": "unchanged", "resultId": report.result_id}
    items = by_uri(session.client, session.documents, report)
    return {"kind": "full", "resultId": report.result_id, "items": items.get(uri) or []}


async def workspace_diagnostic(session: Session, params: types.WorkspaceDiagnosticParams) -> Json:
    session.pulled_workspace = True
    documents = session.documents
    previous: dict[str, str] = {}
    for item in params.previous_result_ids:
        found = documents.at_uri(item.uri)
        previous[found[0].path if found is not None else path_of(item.uri)] = item.value
    answer = await session.analysis.ask(requests.DiagnoseWorkspace(previous), responses.WorkspaceReport)
    items: list[Json] = []
    for report in answer.reports:
        text = documents.at_path(report.path)
        versions = {host.uri: host.version for host in text.hosts()} if text is not None else {}
        if report.unchanged:
            for uri in versions or [uri_of(report.path)]:
                same = {"kind": "unchanged", "resultId": report.result_id, "uri": uri}
                items.append({**same, "version": versions.get(uri)})
        elif is_fresh(documents, report):
            for uri, found_items in by_uri(session.client, documents, report).items():
                full = {"kind": "full", "resultId": report.result_id, "uri": uri, "items": found_items}
                items.append({**full, "version": versions.get(uri)})
    return {"items": items}


async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    found = convert.offset(session.client, session.documents, params.text_document.uri, params.position)
    if found is None:
        return None
    answer = await session.analysis.ask(requests.HoverAt(*found))
    return (
        convert.hover(session.client, session.documents, answer)
        if isinstance(answer, responses.Hover)
        else None
    )


async def code_action(
    session: Session, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    uri = params.text_document.uri
    found = convert.span(session.client, session.documents, uri, params.range)
    if found is None:
        return []
    path, span = found
    shown = [item for item in params.context.diagnostics if item.source in (None, SOURCE)]
    codes = tuple(dict.fromkeys(str(item.code) for item in shown if item.code is not None))
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    # The editor's range may be a cursor beside the diagnostics that it asks about.
    for item in shown:
        place = convert.span(session.client, session.documents, uri, item.range)
        if place is not None:
            span = Span(min(span.start, place[1].start), max(span.end, place[1].end))
    answer = await session.analysis.ask(requests.Actions(path, span, only, codes), responses.ActionList)
    actions = [item for item in answer.actions if not item.disabled_reason or session.client.knows_disabled]
    if session.client.resolves_edits or not session.client.knows_action_literals:
        return [convert.code_action(session.client, action, uri, shown) for action in actions]
    return await _with_edits(session, uri, actions, shown)


async def resolve_code_action(session: Session, action: types.CodeAction) -> types.CodeAction:
    data = action.data if isinstance(action.data, dict) else {}
    if isinstance(data.get("id"), str):
        change = await session.analysis.ask(requests.ResolveAction(data["id"]), responses.Change)
        action.edit = convert.workspace_edit(session.client, session.documents, change)
    return action


async def completion(session: Session, params: types.CompletionParams) -> types.CompletionList | None:
    found = convert.offset(session.client, session.documents, params.text_document.uri, params.position)
    if found is None:
        return None
    answer = await session.analysis.ask(requests.Complete(*found), responses.Completions)
    return convert.completion(session.client, session.documents, answer)


async def document_link(
    session: Session, params: types.DocumentLinkParams
) -> list[types.DocumentLink] | None:
    found = session.documents.at_uri(params.text_document.uri)
    if found is None:
        return None
    answer = await session.analysis.ask(requests.LinksIn(found[0].path), responses.LinkList)
    uri = params.text_document.uri
    return convert.links(session.client, session.documents, answer, uri)


async def code_lens(session: Session, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    found = session.documents.at_uri(params.text_document.uri)
    if found is None:
        return None
    answer = await session.analysis.ask(requests.LensesIn(found[0].path), responses.LensList)
    return convert.lenses(session.client, session.documents, answer)


async def _with_edits(
    session: Session, uri: str, actions: list[responses.Action], shown: list[types.Diagnostic]
) -> list[types.CodeAction | types.Command]:
    """The offers with their edits, for an editor that doesn't ask for them later."""

    async def one(action: responses.Action) -> types.CodeAction | types.Command | None:
        offer = convert.code_action(session.client, action, uri, shown)
        if not isinstance(offer, types.CodeAction) or offer.data is None:
            return offer
        try:
            offer = await resolve_code_action(session, offer)
        except convert.CannotApply:
            return None
        offer.data = None
        return offer

    offers = await asyncio.gather(*map(one, actions))
    return [offer for offer in offers if offer is not None]


REQUESTS: dict[str, Callable[[Session, Any], Awaitable[Any]]] = {
    types.TEXT_DOCUMENT_HOVER: hover,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action,
    types.CODE_ACTION_RESOLVE: resolve_code_action,
    types.TEXT_DOCUMENT_COMPLETION: completion,
    types.TEXT_DOCUMENT_DOCUMENT_LINK: document_link,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command,
    types.TEXT_DOCUMENT_DIAGNOSTIC: document_diagnostic,
    types.WORKSPACE_DIAGNOSTIC: workspace_diagnostic,
}
