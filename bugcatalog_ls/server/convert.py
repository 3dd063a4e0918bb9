"""The one place where our values become the protocol's types, and its positions our offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lsprotocol import types

from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.places import Place
from bugcatalog_ls.server.client import Client
from bugcatalog_ls.server.documents import Documents, Edit, Position
from bugcatalog_ls.server.paths import path_of, uri_of
from bugcatalog_ls.server.places import Spot, host_of, spot
from bugcatalog_ls.text.spans import Span

# From the editor ------------------------------------------------------------------------------


def offset(
    client: Client, documents: Documents, uri: str, position: types.Position
) -> tuple[str, int] | None:
    """The path and byte offset of a position in an open document or notebook cell."""
    found = documents.at_uri(uri)
    if found is None:
        return None
    text, first_row = found
    lines = text.source.lines
    return text.path, lines.offset(first_row + position.line, position.character, client.unit)


def span(client: Client, documents: Documents, uri: str, range: types.Range) -> tuple[str, Span] | None:
    start = offset(client, documents, uri, range.start)
    end = offset(client, documents, uri, range.end)
    if start is None or end is None:
        return None
    return start[0], Span(start[1], max(start[1], end[1]))


def edits(changes: Iterable[types.TextDocumentContentChangeEvent]) -> list[Edit]:
    return [
        Edit(_our_position(change.range.start), _our_position(change.range.end), change.text)
        if isinstance(change, types.TextDocumentContentChangePartial)
        else Edit(None, None, change.text)
        for change in changes
    ]


def _our_position(position: types.Position) -> Position:
    return Position(position.line, position.character)


# To the editor --------------------------------------------------------------------------------


def range_of(client: Client, documents: Documents, place: Place) -> types.Range:
    return _range(spot(documents, place, client.unit))


def hover(client: Client, documents: Documents, value: responses.Hover) -> types.Hover:
    return types.Hover(
        _markup(value.markdown, client.hovers_markdown), range_of(client, documents, value.place)
    )


def completion(client: Client, documents: Documents, value: responses.Completions) -> types.CompletionList:
    return types.CompletionList(
        is_incomplete=value.incomplete,
        items=[_completion_item(client, documents, item) for item in value.items],
    )


def _completion_item(
    client: Client, documents: Documents, item: responses.CompletionItem
) -> types.CompletionItem:
    is_snippet = item.snippet and client.completes_snippets
    insert = item.insert if is_snippet or not item.snippet else _PLACEHOLDER.sub(r"\1", item.insert)
    return types.CompletionItem(
        label=item.label,
        kind=_ITEM_KINDS[item.kind],
        detail=item.detail or None,
        documentation=_markup(item.markdown, client.documents_markdown) if item.markdown else None,
        sort_text=item.sort or None,
        filter_text=item.label,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else None,
        text_edit=types.TextEdit(range_of(client, documents, item.place), insert),
    )


def links(
    client: Client, documents: Documents, value: responses.LinkList, uri: str
) -> list[types.DocumentLink]:
    """The links of one document, or of one cell of a notebook. A row is told as `#L12`."""
    found = []
    for link in value.links:
        where = spot(documents, link.place, client.unit)
        if where.uri == uri:
            target = uri_of(link.target) + (f"#L{link.row + 1}" if link.row else "")
            found.append(
                types.DocumentLink(
                    _range(where), target, link.tooltip if client.shows_link_tooltips else None
                )
            )
    return found


def lenses(client: Client, documents: Documents, value: responses.LensList) -> list[types.CodeLens]:
    return [
        types.CodeLens(
            range_of(client, documents, lens.place),
            types.Command(
                lens.title,
                f"bugcatalog.{lens.command}" if lens.command else "",
                arguments=[_argument_out(each) for each in lens.arguments] or None,
            ),
        )
        for lens in value.lenses
    ]


def locations(client: Client, documents: Documents, places: Iterable[Place]) -> list[dict[str, Any]]:
    """Places as the protocol's locations, in plain JSON."""
    found = []
    for place in places:
        where = spot(documents, place, client.unit)
        start, end = where.start, where.end
        found.append(
            {
                "uri": where.uri,
                "range": {
                    "start": {"line": start[0], "character": start[1]},
                    "end": {"line": end[0], "character": end[1]},
                },
            }
        )
    return found


def code_action(
    client: Client, action: responses.Action, uri: str, shown: Sequence[types.Diagnostic]
) -> types.CodeAction | types.Command:
    """The offer without its edit, which `codeAction/resolve` or `with_edit` brings."""
    command: types.Command | None = None
    if action.command:
        command = types.Command(
            action.title, f"bugcatalog.{action.command}", arguments=list(action.arguments)
        )
    elif action.asks_reason and client.prompts_for_reason:
        command = types.Command(action.title, "bugcatalog.ignoreWithReason", arguments=[action.id])
    elif not client.knows_action_literals:
        command = types.Command(action.title, "bugcatalog.applyAction", arguments=[action.id])
    if not client.knows_action_literals and command is not None:
        return command
    disabled = types.CodeActionDisabled(action.disabled_reason) if action.disabled_reason else None
    return types.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=[item for item in shown if item.code in action.codes] or None,
        is_preferred=True if action.preferred and client.knows_preferred else None,
        disabled=disabled,
        command=command,
        data=None if command or disabled else {"id": action.id, "uri": uri},
    )


def workspace_edit(client: Client, documents: Documents, change: responses.Change) -> types.WorkspaceEdit:
    """The change in the best form that the client takes.

    Raises `CannotApply` where files must be created or deleted and the client can't.
    """
    if not client.knows_document_changes:
        if change.creates or change.deletes:
            raise CannotApply("This editor can't create or delete files in an edit.")
        return types.WorkspaceEdit(
            changes={
                uri: edits
                for file in change.files
                for uri, (_, edits) in _edits_by_host(client, documents, file).items()
            }
        )
    if (change.creates and not client.creates_files) or (change.deletes and not client.deletes_files):
        raise CannotApply("This editor can't create or delete files in an edit.")
    note = "bugcatalog" if change.needs_confirmation and client.annotates_changes else None
    operations: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for new in change.creates:
        uri = uri_of(new.path)
        operations.append(types.CreateFile(uri=uri, annotation_id=note))
        start = types.Range(types.Position(0, 0), types.Position(0, 0))
        operations.append(_document_edit(uri, None, [types.TextEdit(start, new.content)], note))
    for file in change.files:
        for uri, (version, edits) in _edits_by_host(client, documents, file).items():
            operations.append(_document_edit(uri, version, edits, note))
    operations += [types.DeleteFile(uri=uri_of(path), annotation_id=note) for path in change.deletes]
    annotation = types.ChangeAnnotation(
        change.label or "Bug Catalog", needs_confirmation=True, description=change.description or None
    )
    return types.WorkspaceEdit(
        document_changes=operations, change_annotations={note: annotation} if note else None
    )


class CannotApply(Exception):
    """The client can't take the change; the sentence says why."""


def _document_edit(
    uri: str, version: int | None, edits: Sequence[types.TextEdit], note: str | None
) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri, version),
        [types.AnnotatedTextEdit(note, edit.range, edit.new_text) for edit in edits] if note else list(edits),
    )


def _edits_by_host(
    client: Client, documents: Documents, file: responses.FileChange
) -> dict[str, tuple[int | None, list[types.TextEdit]]]:
    """The edits of each document, with its version: a notebook's edits go to its cells."""
    text = documents.at_path(file.path)
    if text is not None and file.version is not None and file.version != text.revision:
        raise CannotApply("The text has changed meanwhile.")
    by_uri: dict[str, tuple[int | None, list[types.TextEdit]]] = {}
    for edit in file.edits:
        host = host_of(documents, edit.place)
        where = spot(documents, edit.place, client.unit)
        version = host.version if host is not None else None
        by_uri.setdefault(where.uri, (version, []))[1].append(types.TextEdit(_range(where), edit.content))
    return by_uri


def _range(where: Spot) -> types.Range:
    return types.Range(types.Position(*where.start), types.Position(*where.end))


def _markup(markdown: str, is_markdown: bool) -> types.MarkupContent:
    if is_markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, markdown)
    return types.MarkupContent(types.MarkupKind.PlainText, plain(markdown))


def plain(markdown: str) -> str:
    """A note without the marks of Markdown, its code blocks indented."""
    lines: list[str] = []
    fence = ""
    for line in markdown.splitlines():
        opening = re.match(r"\s*(`{3,}|~{3,})", line)
        if opening and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else opening[1]
        elif fence:
            lines.append("    " + line)
        else:
            line = re.sub(r"^#+\s+", "", line)
            line = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", line)
            lines.append(re.sub(r"(\*\*|__|`+)(.+?)\1", r"\2", line))
    return "\n".join(lines)


_PLACEHOLDER = re.compile(r"\$(?:\{\d+(?::([^}]*))?\}|\d+)")
_ITEM_KINDS: dict[str, types.CompletionItemKind] = {
    "text": types.CompletionItemKind.Text,
    "keyword": types.CompletionItemKind.Keyword,
    "value": types.CompletionItemKind.Value,
    "property": types.CompletionItemKind.Property,
    "file": types.CompletionItemKind.File,
    "snippet": types.CompletionItemKind.Snippet,
    "class": types.CompletionItemKind.Class,
}
MESSAGE_TYPES: dict[str, types.MessageType] = {
    "error": types.MessageType.Error,
    "warning": types.MessageType.Warning,
    "information": types.MessageType.Info,
    "debug": types.MessageType.Log,
}


def argument(value: Any) -> Any:
    """A command's argument as plain JSON; a file's URI becomes its path."""
    if isinstance(value, str):
        return path_of(value) if value.startswith("file:") else value
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: argument(item) for key, item in value.items()}
    return [argument(item) for item in value] if isinstance(value, (list, tuple)) else value


def _argument_out(value: Any) -> Any:
    """The other way round: an absolute path becomes a URI."""
    return (
        uri_of(value) if isinstance(value, str) and (value.startswith("/") or value[1:3] == ":/") else value
    )
