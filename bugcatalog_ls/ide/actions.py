"""Code actions: what is offered at a place, named so that the edits can be made later."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bugcatalog_ls.analysis.finding import Edit, Fix
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.ignoring import ignore_edit
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.text.spans import Span, TextEdit
from bugcatalog_ls.workspace.baseline import addition, baseline_path
from bugcatalog_ls.workspace.line_edits import line_edits
from bugcatalog_ls.workspace.mending import first_safe, mend
from bugcatalog_ls.workspace.publish import Diagnosis

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.bugcatalog"
PLACEHOLDER_REASON = "reason"


class ActionId(msgspec.Struct, array_like=True):
    """What an action's id says: which change to make, of which document, at which text."""

    kind: str
    document: str
    digest: str
    code: str = ""
    start: int = 0
    number: int = 0


class Stale(Exception):
    """The text has moved on since the action was offered."""


class Made(msgspec.Struct):
    """A change in the core's terms: edits and files by paths of the workspace."""

    fix: Fix
    label: str


def actions_at(
    room: Room, document: str, span: Span, only: tuple[str, ...], codes: tuple[str, ...], digest: str
) -> tuple[responses.Action, ...]:
    """What is offered for a span of a document."""
    workspace, path = room
    everything = workspace.diagnose(path)
    here = [
        diagnosis
        for diagnosis in everything
        if diagnosis.span.start <= span.end
        and span.start <= diagnosis.span.end
        and (not codes or diagnosis.finding.code in codes)
    ]
    offered: list[responses.Action] = []
    if asked(QUICK_FIX, only):
        for diagnosis in here:
            offered.extend(_fixes(room, document, digest, diagnosis))
        for diagnosis in {diagnosis.finding.code: diagnosis for diagnosis in here}.values():
            offered.extend(_others(document, digest, diagnosis, everything))
    if everything and asked(FIX_ALL, only) and (here or only):
        identity = encode(ActionId("fix-all", document, digest))
        offered.append(responses.Action("Fix all that is safe in this file", FIX_ALL, identity))
    return tuple(offered)


def make_change(room: Room, identity: ActionId, reason: str) -> Made:
    """The change that an action's id stands for; raises `Stale` where its finding is gone."""
    workspace, path = room
    source = workspace.source(path)
    if source is None:
        raise Stale
    if identity.kind in ("fix-all", "fix-all-of"):
        code = identity.code
        mended = mend(workspace, [path], lambda diagnosis: code in ("", diagnosis.finding.code), first_safe)
        edits: list[Edit] = []
        for changed, text in sorted(mended.texts.items()):
            old = workspace.source(changed)
            if old is not None:
                edits.extend(Edit(changed, edit.span, edit.content) for edit in line_edits(old, text))
        label = f"Fix all {code}" if code else "Fix all that is safe"
        return Made(Fix(label, "safe", tuple(edits)), label)
    diagnosis = next(
        (
            diagnosis
            for diagnosis in workspace.diagnose(path)
            if diagnosis.finding.code == identity.code and diagnosis.span.start == identity.start
        ),
        None,
    )
    if diagnosis is None:
        raise Stale
    if identity.kind == "ignore":
        edit = ignore_edit(path, source, diagnosis.span, identity.code, reason or PLACEHOLDER_REASON)
        label = f"Ignore {identity.code} here"
        return Made(Fix(label, "safe", (_in_file(path, edit),)), label)
    if identity.kind == "baseline":
        file = baseline_path(workspace.settings)
        fix = addition(workspace.root, file, diagnosis.finding, source)
        return Made(fix, fix.title)
    fixes = workspace.fixes(diagnosis.finding)
    if identity.number >= len(fixes):
        raise Stale
    fix = fixes[identity.number]
    return Made(fix, fix.title)


def decode(text: str) -> ActionId:
    """The id of an action; raises `Stale` for what is none of ours."""
    try:
        return msgspec.json.decode(text, type=ActionId)
    except msgspec.MsgspecError:
        raise Stale from None


def _fixes(room: Room, document: str, digest: str, diagnosis: Diagnosis) -> Iterator[responses.Action]:
    finding = diagnosis.finding
    fixes = room.workspace.fixes(finding)
    for number, fix in enumerate(fixes):
        identity = ActionId("fix", document, digest, finding.code, diagnosis.span.start, number)
        yield responses.Action(
            title=fix.title,
            kind=QUICK_FIX,
            id=encode(identity),
            codes=(finding.code,),
            preferred=fix.applicability == "safe" and len(fixes) == 1,
            applicability=fix.applicability,
        )


def _others(
    document: str, digest: str, diagnosis: Diagnosis, everything: tuple[Diagnosis, ...]
) -> Iterator[responses.Action]:
    code, start = diagnosis.finding.code, diagnosis.span.start
    n_alike = sum(other.finding.code == code for other in everything)
    if n_alike > 1:
        identity = encode(ActionId("fix-all-of", document, digest, code))
        yield responses.Action(f"Fix all {code} in this file", QUICK_FIX, identity, (code,))
    identity = encode(ActionId("ignore", document, digest, code, start))
    yield responses.Action(f"Ignore {code} here…", QUICK_FIX, identity, (code,), asks_reason=True)
    yield responses.Action(
        f"Open the entry {code} {diagnosis.entry.name}",
        QUICK_FIX,
        "",
        (code,),
        command="openEntry",
        arguments=(code,),
    )
    identity = encode(ActionId("baseline", document, digest, code, start))
    yield responses.Action(f"Add this {code} to the baseline", QUICK_FIX, identity, (code,))


def asked(kind: str, only: tuple[str, ...]) -> bool:
    """Whether a kind of action is among those that are asked for; none named means all."""
    return not only or any(kind == wanted or kind.startswith(wanted + ".") for wanted in only)


def encode(identity: ActionId) -> str:
    """The id as the editor keeps it."""
    return msgspec.json.encode(identity).decode("utf-8")


def _in_file(path: str, edit: TextEdit) -> Edit:
    return Edit(path, edit.span, edit.content)
