"""The client: what it can do and where it stands, read from its raw `initialize` parameters.

It reads plain JSON, and leniently: this runs before the protocol's types are imported, and
clients send lists for empty objects. What is missing counts as not supported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.server.paths import from_system, path_of, uri_of
from bugcatalog_ls.text.lines import ColumnUnit


@dataclass(frozen=True)
class Folder:
    """A workspace folder as the client spells it."""

    uri: str
    name: str

    @property
    def path(self) -> str:
        return path_of(self.uri).rstrip("/") or "/"


@dataclass(frozen=True)
class Client:
    """Answers to the questions that the server asks of a client's capabilities."""

    folders: tuple[Folder, ...] = ()
    unit: ColumnUnit = "utf-16"
    settings: dict[str, Any] = field(default_factory=dict)
    trusted: bool = True
    cache_folder: str | None = None
    prompts_for_reason: bool = False
    names_commands: bool = False
    """It has commands of its own under our names, and sends ours only as requests."""

    languages: frozenset[str] | None = None
    """The languages whose documents it brings by itself; None where it doesn't say."""

    registers_documents: bool = False
    """Whether it can be told later which documents to bring."""

    registers_features: frozenset[str] = frozenset()
    """The features of documents, by their names in the protocol, that it can be told of later."""

    refreshes_lenses: bool = False
    shows_link_tooltips: bool = False
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    shows_related: bool = False
    shows_code_description: bool = False
    keeps_diagnostic_data: bool = False
    takes_diagnostic_version: bool = False
    diagnostic_tags: frozenset[int] = frozenset()

    hovers_markdown: bool = False
    completes_snippets: bool = False
    documents_markdown: bool = False
    knows_action_literals: bool = False
    knows_preferred: bool = False
    knows_disabled: bool = False
    resolves_edits: bool = False
    knows_document_changes: bool = False
    creates_files: bool = False
    deletes_files: bool = False
    annotates_changes: bool = False
    applies_edits: bool = False

    shows_progress: bool = False
    shows_documents: bool = False
    gives_configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    knows_relative_patterns: bool = False


def read_client(params: dict[str, Any]) -> Client:
    """The client of these `initialize` parameters."""

    def supports(path: str) -> bool:
        return bool(_dig(params, "capabilities." + path))

    options = _dig(params, "initializationOptions")
    options = options if isinstance(options, dict) else {}
    operations = _dig(params, "capabilities.workspace.workspaceEdit.resourceOperations") or ()
    hover_formats = _dig(params, "capabilities.textDocument.hover.contentFormat") or ()
    item = "textDocument.completion.completionItem."
    action = "textDocument.codeAction."
    publish = "textDocument.publishDiagnostics."
    pull = "textDocument.diagnostic."
    # A client that can't be asked to pull again would keep what another file's edit has mended.
    refreshes = supports("workspace.diagnostics.refreshSupport")
    is_pull = refreshes and _dig(params, "capabilities.textDocument.diagnostic") is not None

    def shows(feature: str) -> bool:
        # Few clients repeat for one way of getting diagnostics what they declare for the other.
        return supports(pull + feature) or supports(publish + feature)

    return Client(
        folders=_folders(params),
        unit=_unit(params),
        settings=read_settings(options.get("settings", options)),
        trusted=options.get("trusted", True) is not False,
        cache_folder=options["cacheFolder"] if isinstance(options.get("cacheFolder"), str) else None,
        prompts_for_reason=bool(options.get("promptsForReason")),
        names_commands=bool(options.get("namesCommands")),
        languages=_languages(options.get("languages")),
        registers_documents=supports("textDocument.synchronization.dynamicRegistration"),
        registers_features=frozenset(
            feature for feature in FEATURES if supports(f"textDocument.{feature}.dynamicRegistration")
        ),
        refreshes_lenses=supports("workspace.codeLens.refreshSupport"),
        shows_link_tooltips=supports("textDocument.documentLink.tooltipSupport"),
        pulls_diagnostics=is_pull,
        refreshes_diagnostics=refreshes,
        shows_related=shows("relatedInformation"),
        # What knows of `data` knows of the code's page: both came with LSP 3.16.
        shows_code_description=shows("codeDescriptionSupport") or shows("dataSupport"),
        keeps_diagnostic_data=shows("dataSupport"),
        takes_diagnostic_version=supports(publish + "versionSupport"),
        diagnostic_tags=frozenset(
            tag
            for tag in [
                *(_dig(params, f"capabilities.{publish}tagSupport.valueSet") or ()),
                *(_dig(params, f"capabilities.{pull}tagSupport.valueSet") or ()),
            ]
            if isinstance(tag, int)
        ),
        hovers_markdown="markdown" in hover_formats,
        completes_snippets=supports(item + "snippetSupport"),
        documents_markdown="markdown" in (_dig(params, f"capabilities.{item}documentationFormat") or ()),
        knows_action_literals=supports(action + "codeActionLiteralSupport"),
        knows_preferred=supports(action + "isPreferredSupport"),
        knows_disabled=supports(action + "disabledSupport"),
        resolves_edits="edit" in (_dig(params, f"capabilities.{action}resolveSupport.properties") or ())
        and supports(action + "dataSupport"),
        # Neovim says only that it can create files, which needs the other as well.
        knows_document_changes=supports("workspace.workspaceEdit.documentChanges") or bool(operations),
        creates_files="create" in operations,
        deletes_files="delete" in operations,
        # VS Code lists annotated changes unticked; its extension shows the changed file instead.
        annotates_changes=_dig(params, "capabilities.workspace.workspaceEdit.changeAnnotationSupport")
        is not None
        and not options.get("showsChanges"),
        applies_edits=supports("workspace.applyEdit"),
        shows_progress=supports("window.workDoneProgress"),
        shows_documents=supports("window.showDocument.support"),
        gives_configuration=supports("workspace.configuration"),
        registers_configuration=supports("workspace.didChangeConfiguration.dynamicRegistration"),
        registers_watchers=supports("workspace.didChangeWatchedFiles.dynamicRegistration"),
        knows_relative_patterns=supports("workspace.didChangeWatchedFiles.relativePatternSupport"),
    )


def read_settings(value: Any) -> dict[str, Any]:
    """Our settings among what an editor sends: with or without a `bugcatalog` above them."""
    if not isinstance(value, dict):
        return {}
    inner = value.get("bugcatalog")
    value = inner if isinstance(inner, dict) else value
    return {key: item for key, item in value.items() if key not in _NOT_SETTINGS}


def first_configure(client: Client) -> requests.Configure:
    """What the analysis can be told before the editor was asked for its settings."""
    return configure(client, client.folders, client.settings, {})


def configure(
    client: Client,
    folders: tuple[Folder, ...],
    settings: dict[str, Any],
    settings_of_folders: dict[str, dict[str, Any]],
) -> requests.Configure:
    """The whole configuration; a folder without settings of its own has those of the editor."""
    return requests.Configure(
        roots=tuple(
            requests.Root(folder.path, settings_of_folders.get(folder.uri, settings)) for folder in folders
        ),
        unit=client.unit,
        trusted=client.trusted,
        cache_folder=client.cache_folder,
        settings=settings,
    )


FEATURES = ("hover", "completion", "codeAction", "codeLens", "documentLink", "diagnostic")
_NOT_SETTINGS = frozenset(
    {"trusted", "cacheFolder", "promptsForReason", "namesCommands", "showsChanges", "settings", "languages"}
)
_UNITS: dict[str, ColumnUnit] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


def _dig(value: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _languages(value: Any) -> frozenset[str] | None:
    if not isinstance(value, list):
        return None
    return frozenset(language for language in value if isinstance(language, str))


def _unit(params: dict[str, Any]) -> ColumnUnit:
    """The first encoding on the client's list that we know, which is how the protocol layer chooses."""
    offered = _dig(params, "capabilities.general.positionEncodings")
    for encoding in offered if isinstance(offered, list) else ():
        if encoding in _UNITS:
            return _UNITS[encoding]
    return "utf-16"


def _folders(params: dict[str, Any]) -> tuple[Folder, ...]:
    folders = params.get("workspaceFolders")
    if isinstance(folders, list) and folders:
        return tuple(Folder(folder["uri"], folder.get("name", "")) for folder in folders)
    if isinstance(params.get("rootUri"), str):
        return (Folder(params["rootUri"], ""),)
    if isinstance(params.get("rootPath"), str):
        return (Folder(uri_of(from_system(params["rootPath"])), ""),)
    return ()
