"""Comments by which the author tells other tools to leave a line alone: who wrote them knows."""

from __future__ import annotations

import re

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words

_LEFT_ALONE = {
    "attribute": re.compile(
        rb"#\s*type:\s*ignore(?!\[)|#[^#\n]*(?:attr-defined|no-member|E1101|pyright:\s*ignore(?!\[)"
        rb"|reportAttributeAccessIssue|unresolved-attribute)"
    ),
    "name": re.compile(
        rb"#\s*noqa(?!\s*:)|#\s*type:\s*ignore(?!\[)|#[^#\n]*(?:\bF821\b|undefined-variable|E0602"
        rb"|name-defined|reportUndefinedVariable|unresolved-reference)"
    ),
}
# What one of these comments holds, as few words as will do.
_MARKS = {
    "attribute": Words(b"ignore", b"no-member", b"E1101", b"unresolved-attribute", b"reportAttribute"),
    "name": Words(
        b"noqa",
        b"ignore",
        b"undefined-variable",
        b"E0602",
        b"unresolved-reference",
        b"reportUndefined",
    ),
}
_PYLINT = b"pylint:"


def may_tell(file: PyFile, about: str) -> bool:
    """Whether such a comment may stand in a file at all."""
    return file.holds(_MARKS[about])


def is_told(data: bytes, offset: int, about: str) -> bool:
    """Whether the line at an offset is left alone as far as attributes, or names, go.

    Pylint's own comments may stand on the line above, too.
    """
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    pattern = _LEFT_ALONE[about]
    if pattern.search(data, start, end if end >= 0 else len(data)) is not None:
        return True
    above = data[data.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start].strip()
    return above.startswith(b"#") and _PYLINT in above and pattern.search(above) is not None
