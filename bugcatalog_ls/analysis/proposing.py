"""Rules proposed from code before and after: names resolved, examples made, and tried against both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from bugcatalog_ls.analysis.excerpts import excerpt
from bugcatalog_ls.analysis.verify import mend, project_for, verify
from bugcatalog_ls.catalog.draft import Draft, DraftExample, ProposedRule, draft_page
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.note import fenced
from bugcatalog_ls.patterns.generalise import Proposal, Rejection, Version, generalise, one_line
from bugcatalog_ls.patterns.languages import PYTHON, FileType, file_type
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.text.annotations import (
    Mark,
    comment_leader,
    parse_annotations,
    render_annotations,
)
from bugcatalog_ls.text.source import Source


class CodeChange(NamedTuple):
    """A file before and after; `path` says its language and the module that it is."""

    path: str
    before: str
    after: str


class Trial(NamedTuple):
    """What a rule would match in a workspace: how many places, and the first of them as `path:row: code`."""

    n_places: int
    samples: tuple[str, ...] = ()


class Proposed(NamedTuple):
    """A rule that somebody may keep: what of the change it was made of, and what it matches elsewhere."""

    change: CodeChange
    proposal: Proposal
    trial: Trial


MAX_RULES = 6
TryOut = Callable[[dict[str, Any]], Trial]


def propose(
    code_changes: Iterable[CodeChange], try_out: TryOut, most: int
) -> tuple[list[Proposed], list[tuple[str, Rejection]]]:
    """For each changed place the most general rule that matches at most `most` places of the workspace."""
    proposed: list[Proposed] = []
    rejected: list[tuple[str, Rejection]] = []
    seen: set[str] = set()
    for change in code_changes:
        kind = file_type(change.path)
        if kind is None:
            rejected.append((change.path, Rejection(1, "no rule can be written for files of this kind")))
            continue
        groups, reasons = generalise(
            _version(change.path, change.before, kind),
            _version(change.path, change.after, kind),
            kind.language,
        )
        rejected += [(change.path, reason) for reason in reasons]
        for group in groups:
            chosen = _first_that_fits(change, group, try_out, most)
            if isinstance(chosen, Rejection):
                rejected.append((change.path, chosen))
            elif (
                sought := repr((chosen.proposal.rule["rule"], chosen.proposal.rule.get("resolves")))
            ) not in seen:
                seen.add(sought)
                proposed.append(chosen)
    return _together(proposed), rejected


def _together(proposed: Sequence[Proposed]) -> list[Proposed]:
    """Rules that differ only in the name that a metavariable must resolve to, as one."""
    found: list[Proposed] = []
    for each in proposed:
        rule = each.proposal.rule
        apart = {key: value for key, value in rule.items() if key != "resolves"}
        for place, known in enumerate(found):
            other = known.proposal.rule
            if {key: value for key, value in other.items() if key != "resolves"} != apart or not rule.get(
                "resolves"
            ):
                continue
            if rule["resolves"].keys() == other["resolves"].keys() == {"FN"}:
                names = [*other["resolves"]["FN"], *rule["resolves"]["FN"]]
                merged = known.proposal._replace(
                    rule={**other, "resolves": {"FN": list(dict.fromkeys(names))}}
                )
                trial = Trial(
                    known.trial.n_places + each.trial.n_places, (*known.trial.samples, *each.trial.samples)
                )
                found[place] = Proposed(known.change, merged, trial)
                break
        else:
            found.append(each)
    return found


def with_rules(draft: Draft, proposed: Sequence[Proposed]) -> tuple[Draft, list[str]]:
    """The draft with the rules kept and their examples, and why some are not: a rule whose examples do not
    come out as they should stays a proposal."""
    kept: list[Proposed] = []
    refused: list[str] = []
    for each in proposed:
        if len(kept) == MAX_RULES:
            refused.append(
                f"{one_line(pattern_of(each.proposal.rule))}: {MAX_RULES} rules are enough for one entry"
            )
            continue
        outcome = _checked(draft, [*kept, each])
        if isinstance(outcome, str):
            refused.append(f"{one_line(pattern_of(each.proposal.rule))}: {outcome}")
        else:
            kept.append(each)
    left = [each for each in proposed if each not in kept]
    if not kept:
        return with_proposals(draft, left), refused
    made = _checked(draft, kept)
    assert not isinstance(made, str)
    return with_proposals(_with_all_code(made, draft), left), refused


def with_proposals(draft: Draft, proposed: Sequence[Proposed]) -> Draft:
    """The draft with rules that it only shows."""
    shown = tuple(ProposedRule(each.proposal.rule, told_of(each)) for each in proposed)
    return _replaced(draft, proposals=shown)


def _with_all_code(made: Draft, draft: Draft) -> Draft:
    """The draft with code that it showed side by side and that no example shows any more."""
    shown = {
        text.strip() for example in made.examples for text in (example.fixed, _unmarked(example.flagged))
    }
    texts = [text for pair in draft.pairs for text in (pair.before, pair.after) if text.strip() not in shown]
    if not texts:
        return made
    blocks = [fenced(text, draft.pairs[0].language) for text in texts]
    told = "\n\n".join([made.sections.get("Fix", ""), *blocks]).strip()
    return _replaced(made, sections={**made.sections, "Fix": told})


def _unmarked(flagged: str) -> str:
    return parse_annotations(flagged).text


def told_of(proposed: Proposed) -> str:
    """What a person should know of a proposal, in one sentence each."""
    n_places = proposed.trial.n_places
    places = "nothing" if not n_places else "1 place" if n_places == 1 else f"{n_places} places"
    return " ".join(
        [f"It matches {places} in the workspace.", *(f"{_capital(d)}." for d in proposed.proposal.doubts)]
    )


def pattern_of(rule: dict[str, Any]) -> str:
    """The pattern of a proposed rule, as text."""
    inner = rule["rule"]
    pattern = inner["pattern"] if "pattern" in inner else inner["all"][0]["pattern"]
    return str(pattern["context"] if isinstance(pattern, dict) else pattern)


def _first_that_fits(
    change: CodeChange, group: Sequence[Proposal], try_out: TryOut, most: int
) -> Proposed | Rejection:
    n_places, pattern = 0, ""
    for proposal in group:
        trial = try_out(proposal.rule)
        if trial.n_places <= most:
            return Proposed(change, proposal, trial)
        n_places, pattern = trial.n_places, one_line(pattern_of(proposal.rule))
    reason = f"`{pattern}` would match too much: {n_places} places in the workspace, more than {most}"
    return Rejection(group[0].line, reason)


def _version(path: str, text: str, kind: FileType) -> Version:
    if kind.language != PYTHON:
        return Version(text)
    file = PyFile(path, Source(text))

    def name_of(start: int, end: int) -> str | None:
        node = file.root.named_descendant_for_byte_range(start, end)
        return file.symbol(node) if node is not None else None

    return Version(text, name_of, _imports(file), _own(file))


def _own(file: PyFile) -> dict[str, str]:
    """How what a file defines at its top level is imported elsewhere; not at all from a snippet."""
    is_snippet = file.module.startswith("example")
    defined = [each.name for each in (*file.functions, *file.classes) if each.owner is None]
    for node in file.nodes("assignment"):
        left, parent = node.child_by_field_name("left"), node.parent
        if (
            left is not None
            and left.type == "identifier"
            and parent is not None
            and parent.parent == file.root
        ):
            defined.append(file.text(left))
    return {name: "" if is_snippet else f"from {file.module} import {name}" for name in defined}


def _imports(file: PyFile) -> dict[str, str]:
    """The import statement that brings each name of a file, by the name."""
    found: dict[str, str] = {}
    for line in import_lines(file):
        for imported in line.names:
            module, _, name = imported.target.rpartition(".")
            if name == imported.bound and module and not file.text(line.node).startswith("import"):
                found[imported.bound] = f"from {module} import {name}"
            elif imported.target == imported.bound:
                found[imported.bound] = f"import {imported.target}"
    return found


def _checked(draft: Draft, proposed: Sequence[Proposed]) -> Draft | str:
    """The draft with these rules and their examples, if its page loads and all of them come out right."""
    rules = tuple({**each.proposal.rule, "message": _message(draft)} for each in proposed)
    bare = _replaced(draft, rules=rules, examples=(), pairs=(), proposals=())
    loaded = load_page(bare.file_name, draft_page(bare), "workspace")
    if not isinstance(loaded, Entry):
        return loaded[0].message
    examples: list[DraftExample] = []
    for each in proposed:
        example = _example(loaded, each, len(examples) + 1)
        if isinstance(example, str):
            return example
        if all(example.flagged != known.flagged for known in examples):
            examples.append(example)
    made = _replaced(bare, examples=tuple(examples))
    whole = load_page(made.file_name, draft_page(made), "workspace")
    if not isinstance(whole, Entry):
        return whole[0].message
    wrong = next((outcome for outcome in verify(whole) if outcome.verdict != "validated"), None)
    return made if wrong is None else f"its example does not come out right ({wrong.message})"


def _example(entry: Entry, proposed: Proposed, number: int) -> DraftExample | str:
    change = proposed.change
    is_python = change.path.endswith((".py", ".pyi"))
    before = excerpt(change.path, change.before, proposed.proposal.line) if is_python else change.before
    project = project_for(entry, {change.path: before})
    found = [finding for finding in project.findings(change.path) if finding.span is not None]
    if not found:
        return "it does not find the excerpt that would be its example"
    marks = [Mark(finding.span, entry.code) for finding in found if finding.span is not None]
    flagged = render_annotations(before, marks, comment_leader(change.path))
    fixed = mend(entry, {change.path: before})[change.path]
    return DraftExample(f"Case {number}", change.path, flagged, fixed if fixed != before else "")


def _message(draft: Draft) -> str:
    return one_line(draft.title).rstrip(".").replace("$", "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _replaced(draft: Draft, **changed: Any) -> Draft:
    return msgspec.structs.replace(draft, **changed)
