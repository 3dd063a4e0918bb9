"""Analyzers by the names that entries give: built in, or a third party's entry point."""

from __future__ import annotations

import importlib
import logging
from functools import cache

from bugcatalog_ls.analysis.analyzer import Analyzer

GROUP = "bugcatalog.analyzers"

log = logging.getLogger(__name__)


class AnalyzerMissing(LookupError):
    """An entry names an analyzer that is neither built in nor installed."""


@cache
def load_analyzer(name: str) -> Analyzer:
    """The analyzer with a name: `bugcatalog_ls.analyzers.<name>.ANALYZER`, else the entry point.

    Only installed packages are looked at, never a catalog's or workspace's own code. Raises
    `AnalyzerMissing` where there is none, or what the name stands for is no `Analyzer`.
    """
    if name.isidentifier():
        try:
            module = importlib.import_module(f"bugcatalog_ls.analyzers.{name}")
        except ModuleNotFoundError as missing:
            if missing.name != f"bugcatalog_ls.analyzers.{name}":
                raise
        else:
            return _checked(name, getattr(module, "ANALYZER", None))
    # Imported here: it costs 40 ms, and only other people's analyzers need it.
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if point.name == name:
            return _checked(name, point.load())
    raise AnalyzerMissing(f"no analyzer is called {name!r}")


def _checked(name: str, value: object) -> Analyzer:
    if not isinstance(value, Analyzer):
        raise AnalyzerMissing(f"{name!r} is not an Analyzer value")
    return value
