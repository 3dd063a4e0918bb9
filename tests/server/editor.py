"""An editor for tests: pytest-lsp's client over a real pipe, and what people do with one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest_lsp
from lsprotocol import types

SERVER = [sys.executable, str(Path(__file__).with_name("run_fake_server.py"))]

PUSH: dict[str, Any] = {
    "textDocument": {
        "publishDiagnostics": {
            "versionSupport": True,
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"snippetSupport": True}},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "isPreferredSupport": True,
            "disabledSupport": True,
        },
    },
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
            "changeAnnotationSupport": {},
        },
        "workspaceFolders": True,
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "diagnostics": {"refreshSupport": True},
    },
    "notebookDocument": {"synchronization": {}},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
PULL: dict[str, Any] = {
    **PUSH,
    "textDocument": {**PUSH["textDocument"], "diagnostic": {"dynamicRegistration": False}},
}
# An editor of few words: no pull, no watching, no settings, no literals.
PLAIN: dict[str, Any] = {"textDocument": {}, "workspace": {}}


class Editor:
    """One running server and the client that talks to it."""

    def __init__(self, client: pytest_lsp.LanguageClient) -> None:
        self.client = client
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registrations: list[types.Registration] = []
        self.applied: list[types.ApplyWorkspaceEditParams] = []
        self.shown: list[types.ShowDocumentParams] = []
        self.traces: list[str] = []
        self.languages: list[list[str]] = []
        self.n_lens_refreshes = 0
        self._version = 1

    @property
    def server_pid(self) -> int:
        server = self.client._server
        assert server is not None
        return server.pid

    def open(self, path: Path, text: str, version: int = 1, language: str = "python") -> str:
        uri = path.as_uri()
        item = types.TextDocumentItem(uri, language, version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, text: str, range: types.Range | None = None) -> None:
        change: types.TextDocumentContentChangeEvent = (
            types.TextDocumentContentChangeWholeDocument(text)
            if range is None
            else types.TextDocumentContentChangePartial(range, text)
        )
        identifier = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))

    def close(self, uri: str) -> None:
        identifier = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    async def codes(self, uri: str, version: int | None = None) -> list[str]:
        """The codes published for the document's version, as soon as they are."""

        def latest() -> list[str] | None:
            for params in reversed(self.published):
                if params.uri == uri and version in (None, params.version):
                    return [str(item.code) for item in params.diagnostics]
            return None

        return await self.eventually(latest)

    async def expect(self, uri: str, codes: list[str]) -> None:
        """Wait until exactly these codes are published."""

        def latest() -> bool:
            shown = self.client.diagnostics.get(uri)
            return shown is not None and [item.code for item in shown] == codes

        await self.eventually(latest, lambda: f"{codes} for {uri}; shown: {self.client.diagnostics}")

    async def eventually(
        self, look: Callable[[], Any], complaint: Callable[[], str] = lambda: "", seconds: float = 20.0
    ) -> Any:
        until = asyncio.get_running_loop().time() + seconds
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            assert asyncio.get_running_loop().time() < until, f"never came: {complaint()}"
            await asyncio.sleep(0.005)

    async def pull(self, uri: str, previous: str | None = None) -> Any:
        return await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
        )

    async def actions(self, uri: str, range: types.Range, **context: Any) -> list[Any]:
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                range,
                types.CodeActionContext(**{"diagnostics": [], **context}),
            )
        )
        return list(answer or [])

    async def hover(self, uri: str, row: int, column: int) -> str:
        """What a hover says; empty where there is none."""
        answer = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(row, column))
        )
        return answer.contents.value if answer is not None else ""

    async def labels(self, uri: str, row: int, column: int) -> list[str]:
        """What is offered for completion."""
        answer = await self.client.text_document_completion_async(
            types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(row, column))
        )
        return [item.label for item in answer.items] if answer is not None else []

    async def links(self, uri: str) -> list[tuple[int, int, str]]:
        """Row, column and target of each document link."""
        answer = await self.client.text_document_document_link_async(
            types.DocumentLinkParams(types.TextDocumentIdentifier(uri))
        )
        return [(it.range.start.line, it.range.start.character, str(it.target)) for it in answer or ()]

    async def lenses(self, uri: str) -> list[Any]:
        answer = await self.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        return list(answer or ())

    async def command(self, name: str, *arguments: Any) -> Any:
        return await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(f"bugcatalog.{name}", list(arguments))
        )

    async def debug(self) -> dict[str, Any]:
        answer = await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams("bugcatalog.debugInformation")
        )
        assert isinstance(answer, dict)
        return answer


async def start(
    *roots: Path,
    capabilities: dict[str, Any] = PUSH,
    arguments: list[str] | None = None,
    command: list[str] = SERVER,
    options: Any = None,
    configuration: dict[str, Any] | None = None,
    encodings: list[str] | None = None,
) -> Editor:
    """Start a server, shake hands, and return the editor."""
    client = pytest_lsp.make_test_lsp_client()
    if configuration is not None:
        client._configuration = configuration
    editor = Editor(client)
    _listen(editor)
    await client.start_io(*command, *(arguments or []))
    capabilities = (
        {**capabilities, "general": {"positionEncodings": encodings}} if encodings else capabilities
    )
    params = client.protocol._converter.structure(
        {
            "processId": None,
            "rootUri": roots[0].as_uri() if roots else None,
            "capabilities": capabilities,
            "initializationOptions": options,
            "trace": "verbose",
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name} for root in roots],
        },
        types.InitializeParams,
    )
    await client.initialize_session(params)
    return editor


async def stop(editor: Editor) -> None:
    await editor.client.shutdown_session()
    await editor.client.stop()


def at(row: int, start: int, end: int | None = None) -> types.Range:
    end = start if end is None else end
    return types.Range(types.Position(row, start), types.Position(row, end))


def _listen(editor: Editor) -> None:
    features = editor.client.protocol.fm.features

    def published(params: types.PublishDiagnosticsParams) -> None:
        editor.published.append(params)
        editor.client.diagnostics[params.uri] = params.diagnostics

    def registered(params: types.RegistrationParams) -> None:
        editor.registrations.extend(params.registrations)

    def unregistered(params: types.UnregistrationParams) -> None:
        gone = {item.id for item in params.unregisterations}
        editor.registrations[:] = [item for item in editor.registrations if item.id not in gone]

    def applied(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        editor.applied.append(params)
        return types.ApplyWorkspaceEditResult(True)

    def shown(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        editor.shown.append(params)
        return types.ShowDocumentResult(True)

    def traced(params: types.LogTraceParams) -> None:
        editor.traces.append(params.message)

    features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published
    features[types.CLIENT_REGISTER_CAPABILITY] = registered
    features[types.CLIENT_UNREGISTER_CAPABILITY] = unregistered
    features[types.WORKSPACE_APPLY_EDIT] = applied
    features[types.WINDOW_SHOW_DOCUMENT] = shown

    def refreshed(params: object) -> None:
        editor.n_lens_refreshes += 1

    def told_languages(params: Any) -> None:
        editor.languages.append(list(params.languages))

    features[types.LOG_TRACE] = traced
    features[types.WORKSPACE_CODE_LENS_REFRESH] = refreshed
    features["bugcatalog/languages"] = told_languages
