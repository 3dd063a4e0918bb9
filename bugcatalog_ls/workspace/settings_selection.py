"""What settings say of codes: which are looked for where, how much they weigh, and which are unknown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from bugcatalog_ls.syntax.suppressions import selector_matches
from bugcatalog_ls.workspace.notebooks import file_of
from bugcatalog_ls.workspace.path_patterns import PatternSet
from bugcatalog_ls.workspace.settings import LoadedSettings, Settings, SettingsError
from bugcatalog_ls.workspace.settings_values import Severity, nearest


def is_selected(settings: Settings, code: str, path: str = "") -> bool:
    """Whether `code` is looked for in the file at `path`; without a path, whether it is anywhere.

    Of all that `select` and `ignore` name, the longest wins, and of two as long `ignore` does.
    """
    if not _is_named(settings.select, settings.ignore, code):
        return False
    return not path or not any(
        _matches_path(pattern, file_of(path))
        and any(selector_matches(selector, code) for selector in selectors)
        for pattern, selectors in settings.per_file_ignores.items()
    )


def severity_of(settings: Settings, code: str, variant: str, default: Severity) -> Severity:
    """The severity that settings give: to the variant, else to the code or its longest beginning."""
    given = settings.severity
    if not given:
        return default
    if variant and f"{code}.{variant}" in given:
        return given[f"{code}.{variant}"]
    fitting = [selector for selector in given if selector_matches(selector, code)]
    return given[max(fitting, key=_weight)] if fitting else default


def unknown_codes(
    loaded: LoadedSettings, known: Mapping[str, str], variants: Mapping[str, Collection[str]]
) -> tuple[SettingsError, ...]:
    """The codes that settings name and the catalog (code to name) does not hold, and the variants that
    their entries (by code) do not have."""
    errors: list[SettingsError] = []
    for named in loaded.selectors:
        code, _, variant = named.text.partition(".")
        if not any(selector_matches(code, each) for each in known):
            wrong = f"no entry has the code `{code}`{nearest(code, known) or '.'}"
        elif variant and variant not in variants.get(code, ()):
            wrong = f"{code} has no variant `{variant}`{nearest(variant, variants.get(code, ())) or '.'}"
        else:
            continue
        message = f"`{named.key}`: {wrong}"
        errors.append(SettingsError(named.path, named.line, named.column, named.key, message, named.origin))
    return tuple(errors)


@lru_cache(maxsize=4096)
def _is_named(select: tuple[str, ...], ignore: tuple[str, ...], code: str) -> bool:
    selected = max((_weight(each) for each in select if selector_matches(each, code)), default=-1)
    ignored = max((_weight(each) for each in ignore if selector_matches(each, code)), default=-1)
    return ignored < selected


def _weight(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector)


@lru_cache(maxsize=16384)
def _matches_path(pattern: str, path: str) -> bool:
    """A pattern with `!` before it takes in every file but those."""
    return _patterns(pattern.removeprefix("!")).takes_in(path) is not pattern.startswith("!")


@lru_cache(maxsize=256)
def _patterns(pattern: str) -> PatternSet:
    return PatternSet([pattern])
