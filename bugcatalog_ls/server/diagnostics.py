"""Diagnostics in the protocol's JSON.

Plain JSON, because the first of them go out before the protocol's types are imported, and all of
them on the path from a key pressed to a mark shown.
"""

from __future__ import annotations

from typing import Any

from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.server.client import Client
from bugcatalog_ls.server.documents import Documents
from bugcatalog_ls.server.paths import uri_of
from bugcatalog_ls.server.places import Spot, spot

SOURCE = "bugcatalog"

Json = dict[str, Any]


def publications(client: Client, documents: Documents, report: responses.DiagnosticReport) -> list[Json]:
    """The parameters of `publishDiagnostics` for each document that the report is about."""
    text = documents.at_path(report.path)
    versions = {host.uri: host.version for host in text.hosts()} if text is not None else {}
    published: list[Json] = []
    for uri, items in by_uri(client, documents, report).items():
        params: Json = {"uri": uri, "diagnostics": items}
        if client.takes_diagnostic_version and versions.get(uri) is not None:
            params["version"] = versions[uri]
        published.append(params)
    return published


def by_uri(client: Client, documents: Documents, report: responses.DiagnosticReport) -> dict[str, list[Json]]:
    """The diagnostics of each document or cell, empty lists too."""
    text = documents.at_path(report.path)
    uris = [host.uri for host in text.hosts()] if text is not None else [uri_of(report.path)]
    found: dict[str, list[Json]] = {uri: [] for uri in uris}
    for value in report.diagnostics:
        where = spot(documents, value.place, client.unit)
        found.setdefault(where.uri, []).append(_diagnostic(client, documents, value, where))
    return found


def _diagnostic(client: Client, documents: Documents, value: responses.Diagnostic, where: Spot) -> Json:
    item: Json = {
        "range": _range(where),
        "severity": _SEVERITIES[value.severity],
        "code": value.code,
        "source": SOURCE,
        "message": value.message,
    }
    if value.url and client.shows_code_description:
        item["codeDescription"] = {"href": value.url}
    if tags := [_TAGS[tag] for tag in value.tags if _TAGS[tag] in client.diagnostic_tags]:
        item["tags"] = tags
    if value.related and client.shows_related:
        item["relatedInformation"] = [_related(client, documents, other) for other in value.related]
    if client.keeps_diagnostic_data:
        item["data"] = {"name": value.name, **value.data}
    return item


def _related(client: Client, documents: Documents, value: responses.RelatedPlace) -> Json:
    where = spot(documents, value.place, client.unit)
    return {"location": {"uri": where.uri, "range": _range(where)}, "message": value.message}


def _range(where: Spot) -> Json:
    return {
        "start": {"line": where.start[0], "character": where.start[1]},
        "end": {"line": where.end[0], "character": where.end[1]},
    }


_SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}
_TAGS = {"unnecessary": 1, "deprecated": 2}
