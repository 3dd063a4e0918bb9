"""The keys that the front matter of a page may hold, as types that check and describe them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from bugcatalog_ls.catalog.entry import Applicability, Case, Severity, Variant

Code = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Z]+-?\d+\Z",
        description="Capital letters and a number, such as `BC201`.",
        examples=["BC201"],
    ),
]
Name = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
        description="A name that reads well after the word *ignore*: lower-case words with hyphens,"
        " such as `missing-timeout`.",
        examples=["missing-timeout"],
    ),
]
AnalyzerName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z][a-z0-9_]*\Z",
        description="The analyzer that finds the entry: a built-in one, or one of the entry point group"
        " `bugcatalog.analyzers`.",
    ),
]
VariantName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]*\Z")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://\S+\Z", description="A web address.")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Metavariable = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Z_][A-Z0-9_]*\Z", description="A metavariable of the rule, without its `$`."),
]


class ErrorSymptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error message by which people meet the bug."""

    error: Annotated[
        Text,
        msgspec.Meta(
            max_length=2000,
            description="An RE2 expression (no look-around, no back-reference) that is searched in messages"
            " and log lines. Named groups such as `(?P<column>\\w+)` say what the message names.",
        ),
    ]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An ast-grep rule object with the catalog's own keys."""

    language: Annotated[
        Text, msgspec.Meta(description="The language, as ast-grep names it: `python`, `tsx`, `go` …")
    ]
    rule: Annotated[dict[str, Any], msgspec.Meta(description="ast-grep: what to match.")]
    id: Annotated[str, msgspec.Meta(description="ast-grep: a name for the rule.")] = ""
    constraints: Annotated[
        dict[str, Any], msgspec.Meta(description="ast-grep: what the metavariables must match.")
    ] = {}
    utils: Annotated[
        dict[str, Any], msgspec.Meta(description="ast-grep: rules that `matches:` refers to.")
    ] = {}
    transform: Annotated[
        dict[str, Any], msgspec.Meta(description="ast-grep: metavariables made from others, for the fix.")
    ] = {}
    fix: Annotated[str | dict[str, Any], msgspec.Meta(description="ast-grep: what replaces the match.")] = ""
    resolves: Annotated[
        dict[Metavariable, Text | tuple[Text, ...]],
        msgspec.Meta(
            description="The qualified names of which a metavariable's text must be one, through imports,"
            " aliases and re-exports, such as `FN: [requests.get]`."
        ),
    ] = {}
    message: Annotated[
        str,
        msgspec.Meta(description="What the finding says: one plain sentence that may name metavariables."),
    ] = ""
    applicability: Annotated[
        Applicability,
        msgspec.Meta(description="`safe` where the fix keeps the program's meaning, else `suggested`."),
    ] = "suggested"
    imports: Annotated[
        tuple[Text, ...],
        msgspec.Meta(description="Imports that the fixed code needs, such as `from a import b`."),
    ] = ()
    at: Annotated[
        Metavariable,
        msgspec.Meta(description="The metavariable that the finding points at, without its `$`."),
    ] = ""


class FrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the front matter of a catalog page may hold."""

    code: Code
    name: Name = ""
    severity: Annotated[Severity, msgspec.Meta(description="The weight of a finding.")] = "warning"
    extends: Annotated[
        bool,
        msgspec.Meta(
            description="Whether the page only changes what it gives of an entry that the catalog has."
        ),
    ] = False
    tags: Annotated[tuple[Text, ...], msgspec.Meta(description="Words to filter and search by.")] = ()
    symptoms: Annotated[
        tuple[Text | ErrorSymptom, ...],
        msgspec.Meta(
            description="Phrases by which people meet the bug, and `error:` expressions for its messages."
        ),
    ] = ()
    analyzer: AnalyzerName = ""
    rules: Annotated[
        tuple[Rule, ...], msgspec.Meta(description="Structural patterns that find the entry.")
    ] = ()
    variants: Annotated[
        dict[VariantName, Variant],
        msgspec.Meta(
            description="Parts of the entry with a weight of their own, such as `stale: {severity: hint}`."
        ),
    ] = {}
    data: Annotated[
        dict[str, Any],
        msgspec.Meta(description="Tables that the entry's analyzer reads, by their names."),
    ] = {}
    cases: Annotated[tuple[Case, ...], msgspec.Meta(description="Real incidents.")] = ()
    references: Annotated[tuple[Url, ...], msgspec.Meta(description="Official documentation.")] = ()
