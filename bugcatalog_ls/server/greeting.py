"""The handshake: what `initialize` is answered, and what can be done before the protocol is imported.

That import takes most of the start. Meanwhile the doorman answers `initialize`, hands the first
texts to the analysis and publishes what comes back. All messages wait for the session all the same,
which sees them in order and repeats nothing but a published list.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bugcatalog_ls import __version__
from bugcatalog_ls.ide.api import requests, responses
from bugcatalog_ls.server.client import Client, first_configure, read_client
from bugcatalog_ls.server.diagnostics import SOURCE, publications
from bugcatalog_ls.server.documents import Documents, set_text
from bugcatalog_ls.server.process import Analysis

COMMANDS = (
    "bugcatalog.addToBaseline",
    "bugcatalog.applyAction",
    "bugcatalog.debugInformation",
    "bugcatalog.explain",
    "bugcatalog.languages",
    "bugcatalog.newEntry",
    "bugcatalog.openEntry",
    "bugcatalog.restart",
    "bugcatalog.ruleMatches",
    "bugcatalog.scanWorkspace",
    "bugcatalog.searchCatalog",
    "bugcatalog.showLogs",
)


def initialize_result(client: Client) -> dict[str, Any]:
    """What this server can do for this client."""
    capabilities: dict[str, Any] = {
        "positionEncoding": client.unit,
        "textDocumentSync": {"openClose": True, "change": 2, "save": True},
        "notebookDocumentSync": {
            "notebookSelector": [{"notebook": "jupyter-notebook", "cells": [{"language": "python"}]}]
        },
        "hoverProvider": True,
        "completionProvider": {"triggerCharacters": ["[", ",", ":", "`", "^", "$"]},
        "documentLinkProvider": {},
        "codeLensProvider": {},
        "codeActionProvider": {
            "codeActionKinds": ["quickfix", "source.fixAll.bugcatalog"],
            "resolveProvider": True,
        }
        if client.knows_action_literals
        else True,
        # VS Code would register each of these, and refuse what the extension has registered.
        "executeCommandProvider": {"commands": [] if client.names_commands else list(COMMANDS)},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if client.pulls_diagnostics:
        capabilities["diagnosticProvider"] = {
            "identifier": SOURCE,
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    return {"capabilities": capabilities, "serverInfo": {"name": "bugcatalog", "version": own_version()}}


def own_version() -> str:
    return __version__


class Doorman:
    """Sees each message first, in the reading thread, until the session takes over."""

    def __init__(self, analysis: Analysis, send: Callable[[bytes], None]) -> None:
        self._analysis = analysis
        self._send = send
        self._client: Client | None = None
        self._documents = Documents("utf-16")
        self._is_off_duty = False

    def peek(self, message: Any) -> bool:
        """Whether the message, an `initialize`, has been answered."""
        if self._is_off_duty:
            return False
        try:
            return self._greet(message) if self._client is None else self._open(message)
        except (AttributeError, KeyError, TypeError, ValueError):
            # What is wrong with the message is answered when it is handled.
            self._is_off_duty = True
            return False

    def _greet(self, message: Any) -> bool:
        if message["method"] != "initialize":
            raise ValueError("Something else comes first.")
        client = read_client(message["params"])
        self._client = client
        self._documents = Documents(client.unit)
        self._analysis.tell(first_configure(client))
        result = initialize_result(client)
        self._write({"jsonrpc": "2.0", "id": message["id"], "result": result})
        return True

    def _open(self, message: Any) -> bool:
        method = message["method"]
        if method == "textDocument/didOpen":
            item = message["params"]["textDocument"]
            text = self._documents.open(item["uri"], item["languageId"], item["version"], item["text"])
            self._analysis.tell(set_text(text))
            self._analysis.ask_early(requests.Diagnose(text.path), self._publish)
        elif method.startswith(("textDocument/", "notebookDocument/")):
            self._is_off_duty = True
        return False

    def _publish(self, response: responses.Response | None) -> None:
        """Called in another thread, and never once the session has taken over."""
        client = self._client
        if self._is_off_duty or client is None or client.pulls_diagnostics:
            return
        if isinstance(response, responses.DiagnosticReport):
            for params in publications(client, self._documents, response):
                method = "textDocument/publishDiagnostics"
                self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message, separators=(",", ":")).encode()
        self._send(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
