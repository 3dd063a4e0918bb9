"""What the settings of a workspace may not decide until somebody trusts it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bugcatalog_ls.workspace.settings_toml import KeyPath


def without_what_needs_trust(root: Path, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[KeyPath]]:
    """`values` with nothing that leads out of `root` or to a server, and the paths of what is left out.

    Items of lists give way to empty texts, which mean nothing, so that the others keep their numbers.
    """
    kept = dict(values)
    omitted: list[KeyPath] = []
    if "store" in kept:
        del kept["store"]
        omitted.append(("store",))
    if _leads_out(root, kept.get("baseline")):
        del kept["baseline"]
        omitted.append(("baseline",))
    for key in ("catalogs", "migrations"):
        if isinstance(kept.get(key), list):
            outside = [number for number, each in enumerate(kept[key]) if _leads_out(root, each)]
            kept[key] = ["" if number in outside else each for number, each in enumerate(kept[key])]
            omitted += [(key, number) for number in outside]
    if "databases" in kept:
        kept["databases"] = _without_urls(kept["databases"], omitted)
    return kept, omitted


def _without_urls(databases: Any, omitted: list[KeyPath]) -> Any:
    if isinstance(databases, list):
        omitted += [("databases", number) for number, each in enumerate(databases) if _is_url(each)]
        return [each for each in databases if not _is_url(each)]
    if not isinstance(databases, dict):
        return databases
    kept: dict[str, Any] = {}
    for name, given in databases.items():
        if _is_url(given):
            omitted.append(("databases", name))
        elif isinstance(given, dict) and "url" in given:
            omitted.append(("databases", name, "url"))
            if "dialect" in given:
                kept[name] = {key: value for key, value in given.items() if key != "url"}
        else:
            kept[name] = given
    return kept


def _is_url(given: Any) -> bool:
    return isinstance(given, str) and ("://" in given or given.startswith("env:"))


def _leads_out(root: Path, given: Any) -> bool:
    if not isinstance(given, str):
        return False
    if _is_url(given) or given.startswith("~"):
        return True
    try:
        return not (root / given).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return True
