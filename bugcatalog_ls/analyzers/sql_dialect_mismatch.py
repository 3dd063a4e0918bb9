"""BC705: SQL and types of columns that a database of the workspace cannot run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.sql_rewriting import rewritten
from bugcatalog_ls.facts.dialect_types import DialectType, type_edits
from bugcatalog_ls.facts.sql_dialects import NAMES, feature_of
from bugcatalog_ls.facts.sql_engines import OTHER, EngineFact
from bugcatalog_ls.facts.sql_texts import SqlExecuted, SqlFeature, SqlText
from bugcatalog_ls.facts.target_databases import TargetDatabases, target_databases

_WITH_ENGINES = frozenset({"mysql", "mariadb"})


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    targets: TargetDatabases | None = None
    for text in ctx.index.in_file(ctx.path, SqlText):
        if not text.features or text.dialect == OTHER:
            continue
        if text.constant and not ctx.index.get(SqlExecuted, text.constant):
            continue
        targets = targets or target_databases(ctx.index, ctx.options.dialects)
        dialects, all_of_them = _dialects(ctx, text, targets)
        for feature in text.features if dialects else ():
            yield from _judged(ctx, feature, dialects, all_of_them)
    for declared in ctx.index.in_file(ctx.path, DialectType):
        targets = targets or target_databases(ctx.index, ctx.options.dialects)
        lacking = sorted(targets.dialects - declared.dialects)
        if lacking and not targets.is_one_of_each:
            message = (
                f"{_names(lacking)} cannot store {declared.name}, a type of {NAMES[declared.dialect]} alone"
            )
            yield ctx.find(declared.anchor, message, data={"kind": "type", "dialect": declared.dialect})


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    if finding.data.get("kind") == "type":
        edits = type_edits(ctx.file, ctx.span, finding.data["dialect"], ctx.imports())
        if edits is not None:
            yield ctx.fix(edits[0], "suggested", edits[1])
        return
    made = rewritten(ctx, finding.data.get("feature", ""), finding.data.get("dialects", "").split(","))
    if made is not None:
        yield ctx.fix(made[0], "suggested", made[1])


ANALYZER = Analyzer(join=_join, fix=_fix, joins=(SqlText, DialectType), from_absence=True)


def _dialects(ctx: JoinContext, text: SqlText, targets: TargetDatabases) -> tuple[frozenset[str], bool]:
    """The databases that a text is for, and whether all of them must fail for it to be wrong."""
    around = None if text.around is None else frozenset(text.around)
    if around is not None and not around:
        return frozenset(), False
    if text.dialect:
        dialects = frozenset({text.dialect})
        if text.dialect == "mysql" and "mariadb" in targets.dialects and "mysql" not in targets.dialects:
            dialects = frozenset({"mariadb"})
        # What is said to be for one database and goes to another is for a person to judge.
        return (dialects if around is None or dialects & around else frozenset()), False
    if text.engine:
        found = ctx.index.one(EngineFact, ctx.resolve(text.engine)) or ctx.index.one(EngineFact, text.engine)
        if found is not None and found[1].dialect:
            return frozenset({found[1].dialect}), False
    dialects = targets.dialects if around is None else targets.dialects & around
    if ctx.path.endswith(".sql") and any(feature.name == "engine" for feature in text.features):
        # A script that names a storage engine is MySQL's own, where that is one of several targets.
        dialects = dialects & _WITH_ENGINES or dialects
    return dialects, targets.is_one_of_each


def _judged(
    ctx: JoinContext, feature: SqlFeature, dialects: frozenset[str], all_of_them: bool
) -> Iterator[Finding]:
    known = feature_of(feature.name)
    lacking = sorted(dialects & known.lacking) if known is not None else []
    if known is None or not lacking or (all_of_them and len(lacking) < len(dialects)):
        return
    written = " ".join(feature.written.split())
    what = (
        known.what
        if known.what and not known.what.startswith("the type")
        else f"{known.what} {written}".strip()
    )
    shown = (
        f" ({written})"
        if feature.name in ("cast", "concat", "containment", "hash-path", "arrow", "arrow-key")
        else ""
    )
    message = f"{_names(lacking)} cannot run {what}{shown}"
    if known.instead:
        message += f"; there it is {known.instead}"
    data = {"kind": "sql", "feature": feature.name, "dialects": ",".join(lacking)}
    yield ctx.find(feature.anchor, message, data=data)


def _names(dialects: list[str]) -> str:
    names = [NAMES.get(each, each) for each in dialects]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
