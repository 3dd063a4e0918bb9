"""`bugcatalog demo`: the real language server on a copy of the sample project, spoken to as editors do."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from bugcatalog_ls.cli.demo_client import DemoClient, ServerFailed
from bugcatalog_ls.cli.differences import difference
from bugcatalog_ls.cli.exits import INTERNAL_ERROR, OK, warn
from bugcatalog_ls.cli.page import write_page
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.text.lines import LineIndex
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

SAMPLE = Path(__file__).parent / "sample"
SHOWN_CODE = "BC201"
"""The finding that is hovered and mended."""

_SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}
_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {"workspaceEdit": {"documentChanges": True}, "workspaceFolders": True},
    "textDocument": {
        "diagnostic": {"relatedDocumentSupport": False},
        "publishDiagnostics": {"relatedInformation": True, "dataSupport": True},
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "isPreferredSupport": True,
        },
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--print-sample", action="store_true", help="print where the sample project lies, and exit"
    )


def run(options: argparse.Namespace) -> int:
    if options.print_sample:
        write_out([f"{SAMPLE}\n"])
        return OK
    with tempfile.TemporaryDirectory(prefix="bugcatalog-demo-") as folder:
        project = Path(folder).resolve() / "parcel-desk"
        shutil.copytree(SAMPLE, project, ignore=shutil.ignore_patterns("__pycache__"))
        try:
            with DemoClient(project) as client:
                return _Demo(client, project).run()
        except ServerFailed as failure:
            warn(f"the demo came to no end: {failure}")
            return INTERNAL_ERROR


class _Demo:
    """One run: what is shown, in order."""

    def __init__(self, client: DemoClient, project: Path) -> None:
        self._client = client
        self._project = project
        self._paint = Paint(has_colours(sys.stdout))

    def run(self) -> int:
        root = self._project.as_uri()
        result = self._client.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "parcel-desk"}],
                "capabilities": _CAPABILITIES,
                # The sample's bugs are no part of anybody's history.
                "initializationOptions": {"history": False},
            },
        )
        self._client.notify("initialized", {})
        server = result["serverInfo"]
        self._heading(f"{server['name']} {server['version']} runs as process {self._client.process_id}")
        # Findings that need several files are there once the server has seen all of them.
        scan = {"command": "bugcatalog.scanWorkspace", "arguments": []}
        self._client.request("workspace/executeCommand", scan)
        shown: tuple[Path, dict[str, Any]] | None = None
        for file in sorted(self._project.rglob("*.py")):
            for diagnostic in self._client.open(file):
                self._tell(file, diagnostic)
                if diagnostic.get("code") == SHOWN_CODE and shown is None:
                    shown = file, diagnostic
        if shown is None:
            warn(f"the server found no {SHOWN_CODE} in the sample project")
            return INTERNAL_ERROR
        self._hover(*shown)
        self._mend(*shown)
        return OK

    def _tell(self, file: Path, diagnostic: dict[str, Any]) -> None:
        start, severity = diagnostic["range"]["start"], _SEVERITIES[diagnostic["severity"]]
        place = f"{self._name(file)}:{start['line'] + 1}:{start['character'] + 1}"
        code = self._paint(diagnostic["code"], severity)
        write_out([f"{self._paint(place, 'place')}: {code} {diagnostic['message']} [{severity}]\n"])

    def _hover(self, file: Path, diagnostic: dict[str, Any]) -> None:
        self._heading(f"Hovering over {SHOWN_CODE} in {self._name(file)}")
        position = diagnostic["range"]["start"]
        asked = {"textDocument": {"uri": file.as_uri()}, "position": position}
        hover = self._client.request("textDocument/hover", asked)
        write_page(hover["contents"]["value"])

    def _mend(self, file: Path, diagnostic: dict[str, Any]) -> None:
        uri = file.as_uri()
        asked = {
            "textDocument": {"uri": uri},
            "range": diagnostic["range"],
            "context": {"diagnostics": [diagnostic], "only": ["quickfix"]},
        }
        actions = self._client.request("textDocument/codeAction", asked)
        action = next((action for action in actions if action.get("isPreferred")), actions[0])
        if "edit" not in action:
            action = self._client.request("codeAction/resolve", action)
        self._heading(f"Quick fix: {action['title']}")
        for changed, edits in _edits(action["edit"]):
            before = changed.read_bytes()
            after = apply_edits(before, [_text_edit(LineIndex(before), edit) for edit in edits])
            changed.write_bytes(after)
            write_out(difference(self._name(changed), before.decode(), after.decode(), self._paint))
            changes = [{"text": after.decode()}]
            document = {"uri": changed.as_uri(), "version": 2}
            self._client.notify(
                "textDocument/didChange", {"textDocument": document, "contentChanges": changes}
            )
        asked = {"textDocument": {"uri": uri}}
        left = self._client.request("textDocument/diagnostic", asked)["items"]
        n_left = sum(item.get("code") == SHOWN_CODE for item in left)
        verdict = "is no longer found" if n_left == 0 else "is still found"
        write_out([f"\n{SHOWN_CODE} {verdict} in {self._name(file)}.\n"])

    def _heading(self, text: str) -> None:
        write_out([f"\n{self._paint(text, 'strong')}\n\n"])

    def _name(self, file: Path) -> str:
        return file.relative_to(self._project).as_posix()


def _edits(workspace_edit: dict[str, Any]) -> list[tuple[Path, list[dict[str, Any]]]]:
    changes = workspace_edit.get("documentChanges") or []
    found = [(change["textDocument"]["uri"], change["edits"]) for change in changes if "edits" in change]
    found += (workspace_edit.get("changes") or {}).items()
    return [(_path(uri), edits) for uri, edits in found]


def _text_edit(lines: LineIndex, edit: dict[str, Any]) -> TextEdit:
    start, end = edit["range"]["start"], edit["range"]["end"]
    span = Span(
        lines.offset(start["line"], start["character"], "utf-16"),
        lines.offset(end["line"], end["character"], "utf-16"),
    )
    return TextEdit(span, edit["newText"])


def _path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))
