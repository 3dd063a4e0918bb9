"""Reports of diagnostics: of one document, and of whole workspaces once they have been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from bugcatalog_ls.ide.answers import Answers
from bugcatalog_ls.ide.api import events, responses
from bugcatalog_ls.ide.api.contract import Emit, Interrupted
from bugcatalog_ls.ide.diagnostics import result_id
from bugcatalog_ls.text.lines import ColumnUnit


def document_report(
    answers: Answers, path: str, previous: str, unit: ColumnUnit, emit: Emit
) -> responses.DiagnosticReport:
    """What is found in a document, unless it is what the result id `previous` stands for."""
    documents = answers.documents
    version = documents.version(path)
    if path in documents.skipped:
        return responses.DiagnosticReport(path, version, "skipped")
    emit(events.Doing(f"checking {PurePosixPath(path).name}", path))
    found = answers.diagnostics(path, unit)
    identity = result_id(found)
    if identity == previous:
        return responses.DiagnosticReport(path, version, identity, unchanged=True)
    return responses.DiagnosticReport(path, version, identity, found)


def workspace_report(
    answers: Answers, previous: Mapping[str, str], unit: ColumnUnit, emit: Emit
) -> responses.WorkspaceReport:
    """What is found in all roots; `previous` holds the result ids that are known of documents."""
    documents = answers.documents
    reports = []
    seen: set[str] = set()
    for workspace in documents.rooms.roots.values():
        about_tool = {finding.path for finding in workspace.tool_findings() if finding.path}
        stale = {each.place for each in workspace.stale_files()}
        paths: Iterable[str] = {*workspace.files(), *about_tool, *stale}
        if workspace.settings.diagnostic_mode != "workspace":
            paths = about_tool
        for path in sorted(paths):
            if emit.interrupted():
                raise Interrupted
            document = documents.rooms.document(workspace, path)
            seen.add(document)
            report = document_report(answers, document, previous.get(document, ""), unit, emit)
            if report.diagnostics or document in previous:
                reports.append(report)
    gone = [path for path in previous if path not in seen]
    reports.extend(responses.DiagnosticReport(path, documents.version(path), "") for path in gone)
    return responses.WorkspaceReport(tuple(reports))
