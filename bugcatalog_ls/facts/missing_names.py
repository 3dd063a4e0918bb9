"""Names that a failed import leaves None or unbound: what asks for them, and what is said of them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field

from bugcatalog_ls.facts.required_packages import installed_as
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_flags import Sign
from bugcatalog_ls.syntax.scopes import Binding


@dataclass(frozen=True)
class Missing:
    """A name that is None, or not bound, where the import of `target` fails; `flags` tell of it, and
    `companions` are missing then too."""

    name: str
    target: str = ""
    is_unbound: bool = False
    flags: dict[str, Sign] = field(default_factory=dict)
    companions: frozenset[str] = frozenset()


def tests_of(file: PyFile, missing: Missing) -> list[str]:
    """Conditions that hold where the name is missing, the plainest first."""
    name = missing.name
    of_name = [f"{name} is None", f"not {name}"]
    signs = {"true": "not {}", "false": "{}", "none": "{} is not None"}
    of_flags: dict[bool, list[str]] = {True: [], False: []}
    for flag, sign in missing.flags.items():
        values = [one.value.type if one.value is not None else "" for one in _bindings(file, flag)]
        of_flags[bool(values) and {"true", "false"} >= set(values)].append(signs[sign].format(flag))
    # What is not bound is asked for by its flag, where that is nothing else.
    first = of_flags[True] if missing.is_unbound else []
    return list(dict.fromkeys([*first, *of_name, *of_flags[True], *of_flags[False]]))


def words_for(file: PyFile, missing: Missing) -> str:
    """What is missing, in words."""
    target, top = missing.target, missing.target.partition(".")[0]
    if not target or target.startswith("."):
        return f"{target.lstrip('.') or missing.name} could not be imported"
    if top in sys.stdlib_module_names:
        is_named = missing.name.rpartition(".")[2] in target.split(".")
        return f"{target} is not available" if is_named else f"{missing.name} is missing"
    if re.search(rf"^(?:import|from) {re.escape(top)}\b", file.source.text, re.MULTILINE):
        return f"{target} could not be imported"
    return f"{installed_as(target)} is not installed"


def _bindings(file: PyFile, name: str) -> list[Binding]:
    return file.scopes.module.bindings.get(name, [])
