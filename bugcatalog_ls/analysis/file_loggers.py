"""The logger that a fix writes to at the place of its finding, or elsewhere."""

from __future__ import annotations

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.logger_edits import LoggerName, logger_for
from bugcatalog_ls.syntax.file import PyFile


def file_logger(context: FixContext, file: PyFile | None = None, at: int | None = None) -> LoggerName:
    """The logger that code at a byte offset of a file can write to (by default at the finding)."""
    file = file or context.file
    return logger_for(
        file,
        context.imports(file),
        context.index,
        lambda symbol: context.resolve(symbol, file.path),
        context.span.start if at is None else at,
    )
