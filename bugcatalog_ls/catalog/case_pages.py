"""Cases added to entries: into a team's own page, or into one that extends an entry of another catalog."""

from __future__ import annotations

import re

from bugcatalog_ls.catalog.draft import case_line
from bugcatalog_ls.catalog.entry import Case, Entry


class CannotAdd(ValueError):
    """A page is written in a way in which nothing can be added to it safely; the text says what."""


def extension_page(base: Entry) -> str:
    """A page that extends an entry and says, so far, only what the entry says of its cases."""
    lines = ["---", f"code: {base.code}", "extends: true"]
    if base.cases:
        lines += ["cases:", *(f"  - {case_line(case)}" for case in base.cases)]
    lines += ["---", "## Real cases"]
    told = base.sections.get("real cases", "")
    return "\n".join([*lines, *(["", told] if told else [])]) + "\n"


def with_case(page: str, case: Case, told: str) -> str:
    """The page with one more case, and what is told of it below *Real cases*; each is added once."""
    heading = f"### {case.id}: {case.title}"
    text = _with_case_listed(page, case)
    if heading in text.split("\n"):
        return text
    return _with_story(text, f"{heading}\n\n{told}")


def tells_case(page: str, case: Case) -> bool:
    """Whether the page has the story of this case already."""
    return f"### {case.id}: {case.title}" in page.split("\n")


_FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_CASES = re.compile(r"^cases:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_FLOW_CASES = re.compile(r"^cases:[ \t]*\[(.*)\][ \t]*$", re.MULTILINE)
_EXAMPLES = re.compile(r"## (?:flagged|fixed|accepted|references)\b", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def _with_case_listed(page: str, case: Case) -> str:
    front = _FRONT.match(page)
    if front is None:
        raise CannotAdd("the page has no front matter")
    yaml = front[1]
    if re.search(rf"\bid:\s*(['\"]?){re.escape(case.id)}\1\s*[,}}\n]", yaml):
        return page
    made = _with_item(yaml, case_line(case))
    return page[: front.start(1)] + made + page[front.end(1) :]


def _with_item(yaml: str, item: str) -> str:
    """The front matter with one more case, in the style in which it lists them."""
    flow = _FLOW_CASES.search(yaml)
    if flow:
        inside = f"{flow[1].rstrip().rstrip(',')}, {item}" if flow[1].strip() else item
        return f"{yaml[: flow.start()]}cases: [{inside}]{yaml[flow.end() :]}"
    key = _CASES.search(yaml)
    if key is None:
        if re.search(r"^cases:", yaml, re.MULTILINE):
            raise CannotAdd("its `cases:` are written over several lines in brackets")
        return f"{yaml}cases:\n  - {item}\n"
    lines = yaml[key.end() + 1 :].split("\n")
    n_own = 0
    for line in lines:
        if line.strip() and not line.startswith((" ", "-", "#")):
            break
        n_own += 1
    own = lines[:n_own]
    while own and not own[-1].strip():
        own.pop()
    first = next((line for line in own if line.lstrip().startswith("-")), "  -")
    indent = first[: len(first) - len(first.lstrip())]
    rest = lines[len(own) :]
    return yaml[: key.end() + 1] + "\n".join([*own, f"{indent}- {item}", *rest])


def _with_story(page: str, story: str) -> str:
    """The story at the end of *Real cases*, or of the prose where there is no such section."""
    lines = page.split("\n")
    begin = len(page[: match.end()].split("\n")) - 1 if (match := _FRONT.match(page)) else 0
    section = None
    fence = ""
    for row in range(begin, len(lines)):
        mark = _FENCE.match(lines[row])
        if mark and (not fence or (mark[1].startswith(fence) and not lines[row].strip(" `~"))):
            fence = "" if fence else mark[1]
        if fence or not lines[row].startswith("## "):
            continue
        if section is not None or _EXAMPLES.match(lines[row]):
            head = [] if section is not None else ["## Real cases", ""]
            return "\n".join([*_trimmed(lines[:row]), "", *head, story, "", *lines[row:]])
        if lines[row].strip().lower() == "## real cases":
            section = row
    head = [] if section is not None else ["## Real cases", ""]
    return "\n".join([*_trimmed(lines), "", *head, story]) + "\n"


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines
