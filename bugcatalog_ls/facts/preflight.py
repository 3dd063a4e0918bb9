"""Whether a function turns a preflight away: an `OPTIONS` request without token, cookie or key.

A function that names `OPTIONS` in a way that is not understood here counts as one that lets it through.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.called_functions import called_functions
from bugcatalog_ls.facts.login_rejections import REJECTING, rejections
from bugcatalog_ls.facts.preflight_reach import is_reached
from bugcatalog_ls.syntax.file import PyFile

_HANDLES_OPTIONS = re.compile(rb"OPTIONS|options\b[\"']|[Pp]reflight|SAFE_METHODS|safe_methods|is_cors")


def rejection_of_preflight(file: PyFile, function: Node) -> Node | None:
    """The place where a function surely may turn a preflight away; None where it lets it through."""
    if REJECTING.search(function.text or b"") is None and not _calls_rejecting(file, function):
        return None
    if _handles_options(function):
        # What is said of OPTIONS may be said in another way than with a condition that leaves.
        return None
    for node in rejections(file, function, 1):
        if is_reached(file, node):
            return None if _asks_helper_for_options(file, function) else node
    return None


def _handles_options(function: Node) -> bool:
    """Whether a function says anything of OPTIONS requests."""
    return _HANDLES_OPTIONS.search(function.text or b"") is not None


def _calls_rejecting(file: PyFile, function: Node) -> bool:
    return any(
        REJECTING.search(helper.text or b"") is not None for helper in called_functions(file, function)
    )


def _asks_helper_for_options(file: PyFile, function: Node) -> bool:
    return any(_handles_options(helper) for helper in called_functions(file, function))
