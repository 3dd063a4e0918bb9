"""An entry told in Markdown: the short note of a hover, and the whole page."""

from __future__ import annotations

import difflib
import re

from bugcatalog_ls.catalog.entry import EXAMPLE_SECTIONS, PROSE_SECTIONS, Case, Entry, Example, ExampleFile
from bugcatalog_ls.text.annotations import parse_annotations


def hover_note(entry: Entry, message: str = "", variant: str = "") -> str:
    """What is wrong here, why, how to mend and verify it, and where it has happened before.

    `message` is the finding's own sentence; without one the entry's summary stands alone.
    """
    parts = [f"**{entry.code} {entry.name}** · {entry.severity_of(variant)}"]
    parts += [_escaped(message)] if message else []
    parts += [entry.summary] if entry.summary and entry.summary != message else []
    for heading, label in (("root cause", "Root cause"), ("fix", "How to fix"), ("verify", "How to verify")):
        text = shortened(entry.sections.get(heading, ""), _MAX_SECTION)
        if text:
            parts += [f"**{label}**", text]
        if heading == "fix":
            parts += _smallest_example(entry)
    if entry.cases:
        parts += ["**Real cases**", "\n".join(_case(case) for case in entry.cases[:_MAX_CASES])]
    elif entry.sections.get("real cases"):
        parts += ["**Real cases**", shortened(entry.sections["real cases"], _MAX_SECTION)]
    return "\n\n".join(parts) + "\n"


def entry_page(entry: Entry) -> str:
    """All that the catalog knows of an entry, as one Markdown page."""
    facts = [f"**{entry.code} {entry.name}** · {entry.severity}"]
    facts += [f"`{entry.code}.{name}` {variant.severity}" for name, variant in entry.variants.items()]
    parts = [f"# {entry.title or entry.name}", " · ".join(facts), entry.intro or entry.summary]
    others = [heading for heading in entry.sections if heading not in PROSE_SECTIONS]
    for heading in (*PROSE_SECTIONS, *others):
        text = entry.sections.get(heading, "")
        if heading == "real cases":
            text = "\n\n".join(part for part in (text, "\n".join(map(_case, entry.cases))) if part)
        if text:
            parts += [f"## {heading.capitalize()}", text]
    for kind in EXAMPLE_SECTIONS:
        title = None
        for example in (example for example in entry.examples if example.kind == kind):
            if example.title != title:
                title = example.title
                parts.append(f"## {kind.capitalize()}" + (f": {title}" if title else ""))
            parts += _example(example)
    if entry.references:
        parts += ["## References", "\n".join(f"- <{url}>" for url in entry.references)]
    return "\n\n".join(part for part in parts if part) + "\n"


def fenced(text: str, language: str = "") -> str:
    """`text` as a code block, whose fence is longer than any inside it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    line_end = "" if text.endswith("\n") or not text else "\n"
    return f"{fence}{language}\n{text}{line_end}{fence}"


def shortened(text: str, limit: int) -> str:
    """As many whole blocks and sentences of Markdown `text` as fit into `limit` characters."""
    text = text.strip()
    if len(text) <= limit:
        return text
    kept: list[str] = []
    left = limit
    for block in _BLOCK_END.split(text):
        if left < len(block):
            if not block.lstrip().startswith(("```", "~~~")):
                kept += _sentences(block, left, needed=not kept)
            break
        kept.append(block)
        left -= len(block) + 2
    # A block cut out of a fence would swallow what follows it.
    while kept and "\n\n".join(kept).count("```") % 2:
        kept.pop()
    return "\n\n".join([*kept, "…"])


_MAX_SECTION = 700
_MAX_CASES = 5
_MAX_EXAMPLE_LINES = 16
_BACKTICKS = re.compile(r"`+")
_BLOCK_END = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r".*?(?:[.!?:](?=\s)|\n(?=[-*] |\d+\. )|\Z)\s?", re.DOTALL)
_MARKDOWN = re.compile(r"[\\*\[\]<>]|(?<![^\W_])_|_(?![^\W_])")
_LANGUAGES = {
    "cs": "csharp",
    "js": "javascript",
    "kt": "kotlin",
    "md": "markdown",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "ts": "typescript",
    "txt": "",
}


def _sentences(block: str, limit: int, needed: bool) -> list[str]:
    taken = ""
    for sentence in _SENTENCE.findall(block):
        if limit < len(taken) + len(sentence):
            break
        taken += sentence
    if not taken and needed:
        taken = block[:limit]
    return [taken.rstrip()] if taken.strip() else []


def _smallest_example(entry: Entry) -> list[str]:
    """The first flagged example against its fixed one, or alone, cut to what was marked."""
    flagged = [example for example in entry.examples if example.kind == "flagged"]
    for example in flagged:
        fixed = next((ex for ex in entry.examples if ex.kind == "fixed" and ex.case == example.case), None)
        difference = _difference(example, fixed) if fixed else []
        if difference:
            return [fenced("\n".join(difference), "diff")]
    if flagged and flagged[0].files:
        file = flagged[0].files[0]
        annotated = parse_annotations(file.text)
        row = annotated.text.count("\n", 0, annotated.marks[0].span.start) if annotated.marks else 0
        lines = annotated.text.rstrip().split("\n")
        first = max(0, min(row - 4, len(lines) - _MAX_EXAMPLE_LINES))
        shown = lines[first : first + _MAX_EXAMPLE_LINES]
        return [fenced("\n".join(shown), _language(file.path))]
    return []


def _difference(flagged: Example, fixed: Example) -> list[str]:
    before = {file.path: parse_annotations(file.text).text for file in flagged.files}
    lines: list[str] = []
    for file in fixed.files:
        old, new = before.get(file.path, "").splitlines(), file.text.splitlines()
        hunks = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
        if hunks and len(fixed.files) > 1:
            lines.append(f"# {file.path}")
        if not old and len(hunks) > _MAX_EXAMPLE_LINES:
            # A new file begins with what such files always begin with.
            hunks = ["", "…", *hunks[3 - _MAX_EXAMPLE_LINES :]]
        # A hunk's header counts lines of a file that the reader does not have.
        lines += [line if not line.startswith("@@") else "…" for line in hunks[1:]]
    if len(lines) > _MAX_EXAMPLE_LINES:
        lines = [*lines[: _MAX_EXAMPLE_LINES - 1], "…"]
    return lines


def _example(example: Example) -> list[str]:
    parts = [f"### {example.case}"] if example.case else []
    for file in example.files:
        if len(example.files) > 1 or not file.path.startswith("example."):
            parts.append(f"`{file.path}`")
        parts.append(_code(file))
    return parts


def _code(file: ExampleFile) -> str:
    return fenced(file.text, _language(file.path))


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2] if "." in path else ""
    return _LANGUAGES.get(suffix, suffix)


def _case(case: Case) -> str:
    title = _escaped(case.title)
    return f"- {case.id}: [{title}]({case.url})" if case.url else f"- {case.id}: {title}"


def _escaped(text: str) -> str:
    """Plain text that must not be read as Markdown, except for `code`."""
    return _MARKDOWN.sub(r"\\\g<0>", text)
