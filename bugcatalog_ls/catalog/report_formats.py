"""Reports that are not Markdown, told in Markdown: wiki markup, HTML, and exports as JSON or tables."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any


def as_markdown(name: str, text: str) -> str:
    """The report as Markdown; `name` is that of its file. All that it says is kept."""
    suffix = name.rpartition(".")[2].lower()
    head = text.lstrip()[:2000]
    if suffix == "json" or (suffix not in _TEXTS and head.startswith(("[{", "[\n", "{"))):
        try:
            return _from_json(json.loads(text))
        except (ValueError, RecursionError):
            return text
    if suffix in ("csv", "tsv"):
        return _from_table(text, "\t" if suffix == "tsv" else None)
    if suffix in ("html", "htm") or _HTML.match(head):
        return _from_html(text)
    head_lines = _TOOL_HEAD.match(text)
    if head_lines:
        return _from_tool(head_lines[1], text[head_lines.end() :])
    if _WIKI.search(text):
        return "\n".join(_from_wiki(text.split("\n")))
    return text


_TEXTS = ("md", "markdown")
# What `gh issue view` prints into a file.
_TOOL_HEAD = re.compile(r"((?:[a-z-]+:\t[^\n]*\n)+)--[ \t]*\n")
_HTML = re.compile(r"(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|body|h1|h2|div|ac:)", re.IGNORECASE)
_WIKI = re.compile(r"^(?:h[1-6]\. |\{(?:code|noformat)[^}]*\}\s*$)", re.MULTILINE)
_WIKI_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_WIKI_CODE = re.compile(r"\{(code|noformat|quote|panel|info|warning|note|tip)(?::([^}]*))?\}\s*(.*)")
_WIKI_LIST = re.compile(r"([*#-]+) (.*)")
_WIKI_WORDS = (
    (re.compile(r"\{\{([^}\n]+)\}\}"), r"`\1`"),
    (re.compile(r"(?<![\w*])\*([^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])"), r"**\1**"),
    (re.compile(r"\[([^|\]\n]+)\|(https?://[^\]\s]+)\]"), r"[\1](\2)"),
)
_MAX_DEPTH = 20


def _from_wiki(lines: Sequence[str]) -> Iterator[str]:
    """Line by line, so that a line of the report stays a line of the Markdown."""
    in_code = False
    for line in lines:
        macro = _WIKI_CODE.match(line.strip())
        if macro and macro[1] in ("code", "noformat"):
            language = (macro[2] or "").split("|")[0] if "=" not in (macro[2] or "").split("|")[0] else ""
            titled = re.search(r"title=([^|}]+)", macro[2] or "")
            named = f" {titled[1]}" if titled and not in_code else ""
            yield "```" if in_code else f"```{language}{named}"
            if macro[3]:
                yield macro[3]
            in_code = not in_code
        elif in_code:
            yield line
        elif macro:
            yield " ".join(filter(None, (macro[3], (macro[2] or "").replace("title=", ""))))
        else:
            yield _wiki_line(line)
    if in_code:
        yield "```"


def _wiki_line(line: str) -> str:
    heading, listed = _WIKI_HEADING.match(line), _WIKI_LIST.match(line)
    if line.startswith("||"):
        line = "| " + " | ".join(cell.strip() for cell in line.strip().strip("|").split("||")) + " |"
    elif heading:
        line = f"{'#' * int(heading[1])} {heading[2]}"
    elif listed and not re.fullmatch(r"-{4,}", listed[1]):
        marker = "1." if listed[1].endswith("#") else "-"
        line = f"{'   ' * (len(listed[1]) - 1)}{marker} {listed[2]}"
    for pattern, replacement in _WIKI_WORDS:
        line = pattern.sub(replacement, line)
    return line


def _from_tool(head: str, body: str) -> str:
    fields = dict(line.split(":\t", 1) for line in head.splitlines())
    return "\n".join(_record({**fields, "body": body})) + "\n"


def _from_json(value: Any) -> str:
    """Issues as trackers export them: a title each, the body as it is, and the rest as labelled lines."""
    records = value if isinstance(value, list) else value.get("issues") or value.get("items") or [value]
    return "\n".join(line for record in records for line in _record(record)) + "\n"


def _record(record: Any) -> Iterator[str]:
    if not isinstance(record, Mapping):
        yield from ("", f"- {_plain(record)}")
        return
    fields = {**record, **record.pop("fields", {})} if isinstance(record, dict) else dict(record)
    title = next(
        (str(fields.pop(key)) for key in ("title", "summary", "name", "标题") if fields.get(key)), ""
    )
    body = next((str(fields.pop(key)) for key in ("body", "description", "text") if fields.get(key)), "")
    comments = fields.pop("comments", None) or []
    number = fields.get("number") or fields.get("key") or fields.get("iid") or ""
    yield from (f"# {title or number or 'Issue'}" + (f" (#{number})" if title and number else ""), "")
    for key, inner in fields.items():
        if inner not in (None, "", [], {}):
            yield f"**{key}**: {_plain(inner)}  "
    # Headings of the body stand below the title, whatever level they were written at.
    yield ""
    yield from _lowered(body.replace("\r\n", "\n"))
    yield ""
    for comment in comments if isinstance(comments, list) else []:
        said = comment.get("body", "") if isinstance(comment, Mapping) else str(comment)
        author = comment.get("author") if isinstance(comment, Mapping) else None
        yield from ("", f"## Comments: {_plain(author)}" if author else "## Comments", "")
        yield from _lowered(str(said).replace("\r\n", "\n"), 2)
    yield ""


def _lowered(text: str, by: int = 1) -> Iterator[str]:
    in_fence = False
    for line in text.split("\n"):
        in_fence ^= line.lstrip().startswith(("```", "~~~"))
        yield f"{'#' * by}{line}" if re.match(r"#{1,4} ", line) and not in_fence else line


def _plain(value: Any, depth: int = 0) -> str:
    if isinstance(value, Mapping) and depth < _MAX_DEPTH:
        for key in ("login", "name", "displayName", "title"):
            if isinstance(value.get(key), str) and value[key]:
                return str(value[key])
        return ", ".join(f"{key}: {_plain(inner, depth + 1)}" for key, inner in value.items())
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return ", ".join(_plain(inner, depth + 1) for inner in value)
    return " ".join(str(value).split())


def _from_table(text: str, delimiter: str | None) -> str:
    """Each row becomes a section with labelled lines."""
    if delimiter is None:
        first = text.partition("\n")[0]
        delimiter = max(",;\t|", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        return ""
    header, lines = [cell.strip() for cell in rows[0]], []
    for row in rows[1:]:
        cells = [*zip(header, row, strict=False), *(("", cell) for cell in row[len(header) :])]
        title = next((cell for name, cell in cells if name.lower() in _TITLE_COLUMNS and cell.strip()), "")
        lines += [f"## {' '.join((title or row[0]).split())}", ""]
        for name, cell in cells:
            if cell.strip() and cell != title:
                lines += [f"**{name}**: {cell.strip()}" if name else cell.strip(), ""]
    return "\n".join(lines) + "\n"


_TITLE_COLUMNS = ("title", "summary", "name", "bug", "issue", "problem", "标题", "titel")


def _from_html(text: str) -> str:
    reader = _HtmlReader()
    # Confluence keeps the text of its code macros in sections that HTML does not know.
    text = re.sub(
        r"<!\[CDATA\[(.*?)\]\]>",
        lambda m: m[1].replace("&", "&amp;").replace("<", "&lt;"),
        text,
        flags=re.DOTALL,
    )
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip() + "\n"


class _HtmlReader(HTMLParser):
    """Writes Markdown for the elements that reports are made of; what others hold is kept as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._lists: list[str] = []
        self._in_code = 0
        self._hidden = 0
        self._cells: list[str] | None = None
        self._language = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._hidden += 1
        elif tag in ("pre", "ac:plain-text-body"):
            self._in_code += 1
            self.parts.append(f"\n\n```{self._language}\n")
            self._language = ""
        elif tag == "ac:parameter" and dict(attributes).get("ac:name") == "language":
            self._language = "?"
        elif re.fullmatch(r"h[1-6]", tag):
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in ("ul", "ol"):
            self._lists.append("1." if tag == "ol" else "-")
        elif tag == "li":
            self.parts.append(f"\n{'   ' * (len(self._lists) - 1)}{self._lists[-1] if self._lists else '-'} ")
        elif tag == "tr":
            self._cells = []
            self.parts.append("\n|")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in ("p", "div", "table", "blockquote", "ac:structured-macro") and self._cells is None:
            self.parts.append("" if self._lists else "\n\n")
        elif tag == "br":
            self.parts.append(" " if self._cells is not None else "\n")
        elif tag in ("strong", "b"):
            self.parts.append("**")
        elif tag == "code" and not self._in_code:
            self.parts.append("`")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("pre", "ac:plain-text-body"):
            self._in_code = max(0, self._in_code - 1)
            self.parts.append("\n```\n\n")
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self.parts.append("" if self._lists else "\n\n")
        elif tag in ("td", "th"):
            self.parts.append(" |")
        elif tag == "tr":
            self._cells = None
        elif re.fullmatch(r"h[1-6]|table", tag):
            self.parts.append("\n\n")
        elif tag in ("strong", "b"):
            self.parts.append("**")
        elif tag == "code" and not self._in_code:
            self.parts.append("`")

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._language == "?":
            self._language = data.strip()
        elif self._in_code:
            self.parts.append(data)
        elif self._cells is not None:
            self.parts.append(" ".join(data.split()).replace("|", "\\|"))
        else:
            text = re.sub(r"\s+", " ", data)
            at_start = not self.parts or self.parts[-1].endswith(("\n", "# ", "- ", "1. "))
            self.parts.append(text.lstrip() if at_start else text)
