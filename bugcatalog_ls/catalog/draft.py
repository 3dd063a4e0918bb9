"""The draft of an entry, and its page."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bugcatalog_ls.catalog.body import first_sentence
from bugcatalog_ls.catalog.entry import Case, Severity
from bugcatalog_ls.catalog.note import fenced
from bugcatalog_ls.catalog.report_code import CodePair
from bugcatalog_ls.catalog.report_prose import TO_BE_WRITTEN


class DraftExample(msgspec.Struct, frozen=True):
    """Code before and after, marks included; `path` is that of its file. No `fixed`: nothing mends it."""

    title: str
    path: str
    flagged: str
    fixed: str = ""


class ProposedRule(msgspec.Struct, frozen=True):
    """A rule that was worked out, and what is said of it to the person who decides."""

    rule: dict[str, Any]
    told: str


class Draft(msgspec.Struct, frozen=True):
    """An entry that a person still has to finish."""

    code: str
    name: str
    title: str
    summary: str
    severity: Severity = "warning"
    tags: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    sections: Mapping[str, str] = {}
    pairs: tuple[CodePair, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    examples: tuple[DraftExample, ...] = ()
    proposals: tuple[ProposedRule, ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.code}-{self.name}.md"


def draft_page(draft: Draft) -> str:
    """The page of a draft; the parts that a person must still write say so."""
    lines = ["---", *_front_matter(draft), "---", f"# {_one_line(draft.title)}", "", draft.summary]
    sections = {**dict.fromkeys(_EXPECTED, ""), **draft.sections}
    for heading in (*_EXPECTED, *(name for name in sections if name not in _EXPECTED)):
        text = sections[heading] or _MISSING.get(heading, "")
        if text:
            lines += ["", f"## {heading}", "", text]
    if draft.proposals:
        lines += ["", "## Proposed rule", "", _PROPOSED]
        for proposal in draft.proposals:
            yaml = "\n".join(["rules:", *block_style([proposal.rule], 1)]) + "\n"
            lines += ["", proposal.told, "", fenced(yaml, "yaml")]
    examples = draft.examples or tuple(_plain_examples(draft.pairs))
    several = len(examples) > 1
    for heading, wanted in (("Flagged", "flagged"), ("Fixed", "fixed")):
        shown = [example for example in examples if getattr(example, wanted)]
        if shown:
            lines += ["", f"## {heading}"]
        for example in shown:
            if several:
                lines += ["", f"### {_one_line(example.title)}"]
            if not example.path.startswith("example."):
                lines += ["", f"`{example.path}`"]
            language = _LANGUAGES.get(example.path.rpartition(".")[2], example.path.rpartition(".")[2])
            lines += ["", fenced(getattr(example, wanted), language)]
    return "\n".join(lines).rstrip() + "\n"


def gaps(draft: Draft) -> list[str]:
    """What a person still must write, as short phrases."""
    missing = [heading.lower() for heading in _MISSING if not draft.sections.get(heading)]
    if draft.summary.startswith(TO_BE_WRITTEN):
        missing.insert(0, "the sentence under the title")
    if not draft.rules:
        missing.append("a rule (or an analyzer), without which the entry only explains")
    if not draft.examples and not draft.pairs:
        missing.append("flagged and fixed code")
    if draft.rules:
        missing.append("accepted look-alikes")
    return missing


def slug(text: str, otherwise: str) -> str:
    """A name for an entry: the telling words of a text, in lower case with hyphens."""
    # Letters of other languages without their marks: `hängen` becomes `hangen`.
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("-", text).lower().replace("ß", "ss"))
    words = re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    telling = [word for word in words if word not in _EMPTY_WORDS]
    kept: list[str] = []
    for word in telling or words:
        if sum(map(len, kept)) + len(kept) + len(word) > _MAX_NAME or len(kept) == _MAX_WORDS:
            break
        kept.append(word)
    name = "-".join(kept)
    return name if re.search(r"[a-z]", name) and len(name) > 2 else otherwise


def next_code(prefix: str, taken: Sequence[str]) -> str:
    """The next free code with a prefix such as `TEAM-`."""
    numbers = [
        int(code[len(prefix) :])
        for code in taken
        if code.startswith(prefix) and code[len(prefix) :].isdigit()
    ]
    return f"{prefix}{max(numbers, default=0) + 1}"


def quoted(text: str) -> str:
    """A text as a scalar of YAML."""
    return "'" + _one_line(text).replace("'", "''") + "'"


def block_style(value: Any, depth: int = 0) -> Iterator[str]:
    """Plain values as lines of YAML."""
    indent = "  " * depth
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, (Mapping, list, tuple)) and inner:
                yield f"{indent}{key}:"
                yield from block_style(inner, depth + 1)
            else:
                yield f"{indent}{key}: {_scalar(inner)}"
    elif isinstance(value, (list, tuple)):
        for inner in value:
            lines = list(block_style(inner, depth + 1)) if isinstance(inner, (Mapping, list, tuple)) else []
            if lines:
                yield f"{indent}- {lines[0].lstrip()}"
                yield from lines[1:]
            else:
                yield f"{indent}- {_scalar(inner)}"


_EXPECTED = ("Symptom", "How to spot it", "Root cause", "Fix", "Verify", "Real cases")
_MISSING = {
    "Symptom": f"*{TO_BE_WRITTEN}: how people meet this bug, in their own words.*",
    "How to spot it": f"*{TO_BE_WRITTEN}: what to look at to tell this bug from others.*",
    "Root cause": f"*{TO_BE_WRITTEN}: why it happens.*",
    "Fix": f"*{TO_BE_WRITTEN}: what to change.*",
    "Verify": f"*{TO_BE_WRITTEN}: how one sees that it is gone.*",
}
_PROPOSED = (
    "Nothing uses it yet. To keep it, move it into the front matter, mark what it finds below *Flagged*, and"
    " run `bugcatalog catalog verify`."
)
_MAX_NAME, _MAX_WORDS = 48, 6
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS_THAT_SAY_LITTLE = (
    "a an the of in on to for by with and or is are was were be not from at as it this that"
)
_EMPTY_WORDS = frozenset(_WORDS_THAT_SAY_LITTLE.split())
_PLAIN_SCALAR = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*")
_LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "ts": "typescript",
    "sh": "bash",
    "kt": "kotlin",
    "rs": "rust",
    "rb": "ruby",
}
_SUFFIXES = {language: suffix for suffix, language in _LANGUAGES.items()}


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (Mapping, list, tuple)):
        return "{}" if isinstance(value, Mapping) else "[]"
    text = str(value)
    if _PLAIN_SCALAR.fullmatch(text) and text.lower() not in (
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
    ):
        return text
    return (
        json.dumps(text, ensure_ascii=False)
        if "\n" in text or "\t" in text
        else "'" + text.replace("'", "''") + "'"
    )


def _front_matter(draft: Draft) -> Iterator[str]:
    yield f"code: {draft.code}"
    yield f"name: {draft.name}"
    yield f"severity: {draft.severity}"
    if draft.tags:
        yield f"tags: [{', '.join(draft.tags)}]"
    if draft.symptoms or draft.errors:
        yield "symptoms:"
        yield from (f"  - {quoted(text)}" for text in draft.symptoms)
        yield from (f"  - error: {quoted(text)}" for text in draft.errors)
    if draft.rules:
        yield "rules:"
        yield from block_style(list(draft.rules), 1)
    if draft.cases:
        yield "cases:"
        yield from (f"  - {case_line(case)}" for case in draft.cases)


def case_line(case: Case) -> str:
    """A case as an item of the front matter."""
    url = f", url: {quoted(case.url)}" if case.url else ""
    return f"{{id: {quoted(case.id)}, title: {quoted(case.title)}{url}}}"


def _plain_examples(pairs: Sequence[CodePair]) -> Iterator[DraftExample]:
    for number, pair in enumerate(pairs, start=1):
        suffix = _SUFFIXES.get(pair.language, pair.language or "txt")
        yield DraftExample(f"Case {number}", f"example.{suffix}", pair.before, pair.after)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text).split())


def short_symptom(text: str) -> str:
    """A symptom as a phrase: the first sentence, without markup."""
    plain = re.sub(r"[*`]", "", first_sentence(text)).strip().rstrip(".。;；")
    return plain if len(plain) <= 160 else ""
