"""Rules worked out from code before and after a change: a pattern with metavariables, and its fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.engine import EngineError, Node, parse, place_of
from bugcatalog_ls.patterns.holes import Holes, holes_of
from bugcatalog_ls.patterns.languages import PYTHON, Language
from bugcatalog_ls.patterns.matcher import Match, RuleSet
from bugcatalog_ls.patterns.node_roles import NameOf, is_callee
from bugcatalog_ls.patterns.rule import RuleError, compile_rule
from bugcatalog_ls.patterns.standing_alone import AROUND, stands_alone
from bugcatalog_ls.patterns.tree_changes import Change, changes, is_text, tokens_of
from bugcatalog_ls.text.spans import TextEdit, apply_edits


class Proposal(NamedTuple):
    """A rule that finds what was changed and not what it was changed to. `mended` is the code before with
    the rule's fix applied, None where it has none; `doubts` say what the person who keeps it should know."""

    rule: dict[str, Any]
    line: int
    mended: str | None = None
    doubts: tuple[str, ...] = ()


class Rejection(NamedTuple):
    """A change of which no rule can be made, and why; `line` counts from 1 in the code before."""

    line: int
    reason: str


class Version(NamedTuple):
    """A version of the code, and what its names mean: None where nothing is known of a language's names.

    `imports` and `own` lead from names to the import statements that bring them: what the file imports, and
    what it defines (an empty text where nobody could import that).
    """

    text: str
    name_of: NameOf | None = None
    imports: Mapping[str, str] = {}
    own: Mapping[str, str] = {}


def generalise(
    before: Version, after: Version, language: Language
) -> tuple[list[list[Proposal]], list[Rejection]]:
    """For each place that changed the rules that tell it from what it became, the most general first; and the
    places for which there is none."""
    if max(len(before.text), len(after.text)) > MAX_TEXT:
        return [], [Rejection(1, "the file is too large to be compared part by part")]
    try:
        old, new = parse(before.text, language), parse(after.text, language)
    except EngineError as error:
        return [], [Rejection(1, str(error))]
    proposals: list[list[Proposal]] = []
    rejections: list[Rejection] = []
    seen: set[str] = set()
    found = changes(old, new)
    for change in found[:_MAX_CHANGES]:
        line = _line_of(before.text, change)
        if _is_layout_only(change):
            continue
        made, reason = _of_change(change, before, after, language)
        fresh = [proposal for proposal in made if repr(proposal.rule) not in seen]
        seen.update(repr(proposal.rule) for proposal in made)
        if fresh:
            proposals.append(fresh)
        elif not made:
            rejections.append(Rejection(line, reason))
    if len(found) > _MAX_CHANGES:
        rejections.append(
            Rejection(1, f"{len(found)} places changed; only the first {_MAX_CHANGES} were looked at")
        )
    return proposals, rejections


def one_line(text: str) -> str:
    """Code to be named in a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


MAX_TEXT = 400_000
_MAX_CHANGES = 40
_MAX_PATTERN = 600
_MAX_TRIES = 6
_MAX_HOLES = 7
_TOO_LARGE = (
    "function_definition",
    "class_definition",
    "decorated_definition",
    "module",
    "program",
    "source_file",
)
_IMPORTS = ("import", "package", "use_declaration")


def _is_layout_only(change: Change) -> bool:
    one, other = change.pairs[0]
    return tokens_of(one) == tokens_of(other)


def _line_of(text: str, change: Change) -> int:
    places = [place_of(node)[0] for node in (*change.removed, change.pairs[0][0])]
    return text.count("\n", 0, places[0]) + 1


def _of_change(
    change: Change, before: Version, after: Version, language: Language
) -> tuple[list[Proposal], str]:
    """The proposals for one place, and why there is none."""
    if any(word in node.kind() for node, _ in change.pairs for word in _IMPORTS):
        return [], "an import changed, which by itself is no bug"
    reason = ""
    made: list[Proposal] = []
    for one, other in change.pairs:
        if one.kind() in _TOO_LARGE or len(one.text()) > _MAX_PATTERN or "block" in one.kind():
            if not reason:
                reason = _why_none(change, one)
            break
        # A text alone is found everywhere, and what is called says little without its call.
        if is_text(one) or is_callee(one) or not stands_alone(one, language):
            continue
        for is_loose in (True, False):
            outcome = _attempt(one, other, before, after, language, is_loose)
            if isinstance(outcome, str):
                reason = outcome or reason
            elif all(outcome.rule["rule"] != known.rule["rule"] for known in made):
                made.append(outcome)
        if len(made) >= _MAX_TRIES:
            break
    return made, reason or "nothing of it can stand alone as a pattern"


def _why_none(change: Change, node: Node) -> str:
    if change.added and not change.removed:
        return "lines were only added, and a pattern can't match what is not there"
    if change.removed and not change.added:
        return "lines were only taken away; what is wrong with them can't be told from them alone"
    return (
        f"the smallest part that changed is a whole {node.kind().replace('_', ' ')}, too much for a pattern"
    )


def _attempt(
    one: Node, other: Node, before: Version, after: Version, language: Language, is_loose: bool
) -> Proposal | str:
    """The rule made of a node and what it became, or why it is none."""
    holes = holes_of(one, other, before.name_of, is_loose)
    if len(holes.holes) > _MAX_HOLES:
        return f"`{one_line(holes.pattern)}` is more holes than code"
    if not holes.has_anchor:
        return f"`{one_line(holes.pattern)}` would match too much: nothing in it says what it is about"
    rule = _rule(holes, language, one.kind())
    matches = _matches(rule, before, language)
    if isinstance(matches, str):
        return matches
    start = len(before.text[: place_of(one)[0]].encode("utf-8"))
    own = next((match for match in matches if match.span.start == start), None)
    if own is None:
        return f"`{one_line(holes.pattern)}` does not find the code that it was made of"
    later = _matches(rule, after, language)
    place = place_of(other)
    begin, end = (len(after.text[:offset].encode("utf-8")) for offset in place)
    if not isinstance(later, str) and any(begin <= match.span.start < end for match in later):
        return f"`{one_line(holes.pattern)}` does not tell before from after: it matches both"
    return _with_fix(rule, holes, one, other, before, after, language, start)


def _rule(holes: Holes, language: Language, kind: str) -> dict[str, Any]:
    around = AROUND.get(language.name)
    if around is not None:
        # By itself the pattern would be read as something else than it is inside of a function.
        whole = {"context": around.replace("@", holes.pattern), "selector": kind}
        pattern: dict[str, Any] = {"pattern": whole}
    else:
        pattern = {"pattern": holes.pattern}
    rule: dict[str, Any] = {"language": language.name}
    rule["rule"] = (
        {"all": [pattern, *({"not": each} for each in holes.without)]} if holes.without else pattern
    )
    if holes.resolves:
        rule["resolves"] = {name: [target] for name, target in holes.resolves.items()}
    return rule


def _with_fix(
    rule: dict[str, Any],
    holes: Holes,
    one: Node,
    other: Node,
    before: Version,
    after: Version,
    language: Language,
    start: int,
) -> Proposal:
    line = before.text.count("\n", 0, place_of(one)[0]) + 1
    template, strangers = holes.template(other, after.name_of)
    strangers = [name for name in strangers if not after.own.get(name)]
    strangers += [word for word in _words(template) if word in after.own and not after.own[word]]
    if strangers:
        named = ", ".join(f"`{name}`" for name in strangers)
        return Proposal(
            rule, line, None, (f"no fix: the mended code uses {named}, which the pattern does not capture",)
        )
    imports = _imports_for(template, after)
    dropped = [
        hole.written for hole in holes.holes if hole.is_many and hole.tokens and hole.written not in template
    ]
    if dropped:
        doubt = (
            f"no fix: the mended code was given other arguments, and what `{dropped[0]}` holds would be lost"
        )
        return Proposal(rule, line, None, (doubt,))
    fixed = {**rule, "fix": template, "applicability": "suggested"}
    if imports:
        fixed["imports"] = imports
    matches = _matches(fixed, before, language)
    own = next((m for m in matches if m.span.start == start), None) if not isinstance(matches, str) else None
    if own is None or not own.rewrites:
        return Proposal(
            rule, line, None, ("no fix: what it became can't be written with the pattern's metavariables",)
        )
    data = apply_edits(before.text.encode("utf-8"), _in_order(own.rewrites[0].edits)).decode("utf-8")
    left, right = place_of(one)
    wanted = before.text[:left] + other.text() + before.text[right:]
    if _tokens(data, language) != _tokens(wanted, language):
        return Proposal(
            rule, line, None, ("no fix: the template does not give the code that it was made of",)
        )
    again = _matches(fixed, Version(data, before.name_of and after.name_of), language)
    if not isinstance(again, str) and any(m.span.start == start for m in again):
        return Proposal(rule, line, None, ("no fix: what it gives would be found again",))
    return Proposal(fixed, line, data)


def _in_order(edits: Sequence[TextEdit]) -> list[TextEdit]:
    return sorted(edits, key=lambda edit: edit.span)


def _tokens(text: str, language: Language) -> tuple[str, ...]:
    return tokens_of(parse(text, language))


def _imports_for(template: str, after: Version) -> list[str]:
    """What the fixed code needs imported, where it is not imported already."""
    brought = {**after.imports, **after.own}
    return [brought[word] for word in _words(template) if word in brought]


def _words(template: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"(?<![\w.$])[A-Za-z_]\w*(?!\s*=[^=])", template)))


def _matches(rule: Mapping[str, Any], version: Version, language: Language) -> list[Match] | str:
    try:
        compiled = compile_rule(dict(rule))
    except RuleError as error:
        return error.message
    resolve: Callable[[int, int], str | None] | None = None
    if language == PYTHON and version.name_of is not None:
        name_of = version.name_of
        resolve = name_of
    outcome = RuleSet([compiled]).match(version.text, language, resolve)
    return [match for match in outcome.matches if not match.unresolved]
