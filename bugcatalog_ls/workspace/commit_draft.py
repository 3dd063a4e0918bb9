"""A commit that fixed a bug as the draft of an entry: its code before and after, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bugcatalog_ls.analysis.excerpts import excerpt
from bugcatalog_ls.analysis.proposing import CodeChange
from bugcatalog_ls.catalog.draft import Draft, short_symptom, slug
from bugcatalog_ls.catalog.entry import Case
from bugcatalog_ls.catalog.error_expressions import error_messages, expression_for
from bugcatalog_ls.catalog.report_code import CodePair
from bugcatalog_ls.catalog.report_fold import fold
from bugcatalog_ls.catalog.report_items import split_report
from bugcatalog_ls.catalog.report_outline import outline
from bugcatalog_ls.catalog.report_prose import TO_BE_WRITTEN, sections_of
from bugcatalog_ls.catalog.report_words import without_decoration
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.workspace.files import ReadProblem
from bugcatalog_ls.workspace.git_history import Commit, GitHistory
from bugcatalog_ls.workspace.reading import decode

MAX_FILES = 30


def changed_code(history: GitHistory, commit: Commit) -> list[CodeChange]:
    """The files of a commit before and after that rules can speak of; what tests say of the fix is left out
    where anything else changed."""
    found: list[CodeChange] = []
    for change in commit.changes[:MAX_FILES]:
        if not change.old_blob or not change.blob or file_type(change.path) is None:
            continue
        texts = [_text(history, change.path, blob) for blob in (change.old_blob, change.blob)]
        if all(text is not None for text in texts):
            found.append(CodeChange(change.path, texts[0] or "", texts[1] or ""))
    written = [change for change in found if not _MADE.search(change.path)]
    return [change for change in written if not _TEST.search(change.path)] or written


def draft_from_commit(code: str, commit: Commit, message: str, changes: Sequence[CodeChange]) -> Draft:
    """The draft of an entry about what a commit fixed."""
    subject, _, body = message.partition("\n")
    title = _title(subject)
    split = fold(split_report(outline(body.strip()), title)) if body.strip() else None
    pieces = [piece for item in split.items for piece in item.pieces] if split else []
    pieces += [shared.piece for shared in split.shared] if split else []
    said = sections_of(pieces)
    symptom = said.pop("Symptom", "")
    # A message tells what was wrong and why in one breath; which is which, a person knows.
    told = symptom or f"The fix was called “{subject.strip()}”. *{TO_BE_WRITTEN}: what people saw before it.*"
    files = "\n".join(f"- `{change.path}`" for change in changes) or "- no file that a rule can speak of"
    sections = {
        **said,
        "Symptom": told,
        "Root cause": said.get("Root cause", "") or _cause(body),
        "Fix": said.get("Fix", "") or f"{title}.",
        "Real cases": f"Fixed by {commit.short} ({commit.date}) in:\n\n{files}",
    }
    messages = [expression for each in error_messages(message) if (expression := expression_for(each))]
    return Draft(
        code=code,
        name=slug(title, f"entry-{code.lower().replace('-', '')}"),
        title=title,
        summary=f"{TO_BE_WRITTEN}: one sentence that says what was wrong before “{title}”.",
        symptoms=_symptoms(symptom),
        errors=tuple(dict.fromkeys(messages))[:4],
        cases=(Case(commit.short, title),),
        sections={heading: text for heading, text in sections.items() if text},
        pairs=tuple(_pairs(changes)),
    )


# Files that tools write.
_MADE = re.compile(
    r"(?:^|/)[^/]*(?:\.lock|-lock\.(?:json|ya?ml)|\.min\.\w+|\.lock\.\w+)$|(?:^|/)yarn\.lock$|(?:^|/)(?:dist|vendor)/"
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec|cypress|e2e)/|(?:^|/)(?:test_[^/]*|conftest)\.py$|[._]test\.\w+$"
)
_KIND = re.compile(
    r"^\s*(?::\w+:\s*|[^\w\s(\[]+\s*)?(?:fix|bugfix|hotfix|bug|perf|refactor|chore|change|feat)(?:\([^)]*\))?!?\s*[:：]\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*\(?#\d+\)?\s*$")
_BECAUSE = re.compile(
    r"(?i)\b(?:because|since|due to|caused by|the reason|root cause)\b|因为|由于|weil\b|wegen\b"
)
_MAX_PAIRS = 2


def _symptoms(told: str) -> tuple[str, ...]:
    lines = [re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", line) for line in told.split("\n")]
    phrases = [short_symptom(line) for line in lines if line.strip() and not line.startswith("#")]
    return tuple(dict.fromkeys(phrase for phrase in phrases if len(phrase) > 12))[:3]


def _title(subject: str) -> str:
    title = without_decoration(_NUMBER.sub("", _KIND.sub("", subject))).strip().rstrip(".")
    return f"{title[:1].upper()}{title[1:]}" if title else "Fixed bug"


def _cause(body: str) -> str:
    """The paragraphs of a message that give a reason."""
    return "\n\n".join(part.strip() for part in re.split(r"\n\s*\n", body) if _BECAUSE.search(part))


def _pairs(changes: Sequence[CodeChange]) -> list[CodePair]:
    """Excerpts of the first changed places, for a page without a rule of its own."""
    import difflib

    pairs: list[CodePair] = []
    for change in changes:
        kind = file_type(change.path)
        old, new = change.before.split("\n"), change.after.split("\n")
        for tag, i1, i2, j1, _ in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
            # Where only imports changed, nothing is shown.
            told = [
                line for line in old[i1:i2] if line.strip() and not re.match(r"\s*(?:import|from)\s", line)
            ]
            if tag != "replace" or not told or len(pairs) == _MAX_PAIRS or kind is None:
                continue
            if change.path.endswith(".py"):
                before, after = (
                    excerpt(change.path, text, row + 1)
                    for text, row in ((change.before, i1), (change.after, j1))
                )
            else:
                before, after = (
                    "\n".join(lines) + "\n"
                    for lines in (old[max(0, i1 - 3) : i2 + 3], new[max(0, j1 - 3) : j1 + i2 - i1 + 3])
                )
            pair = CodePair(before, after, kind.language_id)
            if before != after and all(pair.before != known.before for known in pairs):
                pairs.append(pair)
    return pairs


def _text(history: GitHistory, path: str, blob: str) -> str | None:
    raw = history.blob(blob)
    decoded = decode(path, raw) if raw is not None else None
    return None if decoded is None or isinstance(decoded, ReadProblem) else decoded[0].decode("utf-8")
