"""What is found in no text by analysis, at its place in one: faults of settings and pages, stale bytecode."""

from __future__ import annotations

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.stale_bytecode import STALE_BYTECODE, StaleFile
from bugcatalog_ls.workspace.tool_findings import ToolFinding


def fault_in(source: Source, fault: ToolFinding) -> Finding:
    """A fault of a page or setting at its place: from its column to the end of the line."""
    row = min(fault.line, len(source.lines)) - 1
    _, end = source.lines.line_span(row)
    start = source.lines.offset(row, fault.column - 1)
    return Finding(fault.code, fault.message, fault.path, Span(min(start, end), end))


def stale_in(source: Source, stale: StaleFile) -> Finding:
    """A stale compiled file at the first line of its source, or of itself."""
    start, end = source.lines.line_span(0)
    return Finding(
        STALE_BYTECODE,
        stale.message,
        stale.place,
        Span(start, end),
        variant=stale.variant,
        data={"deletes": stale.path},
    )
