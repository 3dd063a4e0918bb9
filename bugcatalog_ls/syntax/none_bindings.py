"""Edits that bind a name to None where its optional import fails."""

from __future__ import annotations

import re

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.giving_up import gives_up
from bugcatalog_ls.syntax.nodes import statements
from bugcatalog_ls.syntax.optional_imports import optional_imports
from bugcatalog_ls.syntax.statement_edits import insert_after, insert_before, replace_statement
from bugcatalog_ls.text.spans import TextEdit


def bound_to_none(file: PyFile, name: str) -> list[TextEdit]:
    """Bind the name to None in the handlers that go on without its import."""
    edits: list[TextEdit] = []
    for optional in optional_imports(file):
        if optional.name != name or optional.statement is None:
            continue
        for handler in optional.statement.children:
            block = next((child for child in handler.children if child.type == "block"), None)
            body = statements(block) if block is not None and handler.type == "except_clause" else []
            if block is None or not body or gives_up(block):
                continue
            before = file.source.data[handler.start_byte : body[0].start_byte]
            if len(body) == 1 and body[0].type == "pass_statement":
                edits += replace_statement(file, body[0], f"{name} = None")
            elif re.search(rb"\n\s*#", before):
                # The comment is about what it stands before.
                edits += insert_after(file, body[-1], f"{name} = None")
            else:
                edits += insert_before(file, body[0], f"{name} = None")
        break
    return edits
