"""Pages to entries, folders of pages to the catalog in force; nothing here runs what it reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from bugcatalog_ls.catalog import cache
from bugcatalog_ls.catalog.entry import Entry, LayerSource, Symptom, code_order
from bugcatalog_ls.catalog.merge import extend
from bugcatalog_ls.catalog.page_error import PageError

MAX_PAGE = 256 * 1024


class Layer(msgspec.Struct, frozen=True):
    """Pages that belong together: a folder's, and texts by path, which win over its files."""

    source: LayerSource
    folder: Path | None = None
    pages: Mapping[str, str] = {}


class Catalog(msgspec.Struct, frozen=True):
    """The entries in force by code, in the order of their codes, and what is wrong with pages."""

    entries: Mapping[str, Entry]
    errors: tuple[PageError, ...] = ()


def load_catalog(layers: Sequence[Layer], cache_folder: Path | None = None) -> Catalog:
    """Load `layers`, later ones winning per code; a page that is wrong costs only itself."""
    entries: dict[str, Entry] = {}
    errors: list[PageError] = []
    for layer in layers:
        own: dict[str, Entry] = {}
        for loaded in _load_layer(layer, cache_folder):
            if not isinstance(loaded, Entry):
                errors += loaded
            elif loaded.code in own:
                message = f"`{loaded.code}` is the code of another page too: {own[loaded.code].path}"
                errors.append(_error(loaded, "code", message, "a code of its own"))
            else:
                own[loaded.code] = loaded
        for code, entry in own.items():
            base = entries.get(code)
            if not entry.extends:
                entries[code] = entry
            elif base is None:
                message = f"there is no entry `{code}` to extend"
                errors.append(_error(entry, "extends", message, "the code of an entry of an earlier catalog"))
            else:
                from bugcatalog_ls.catalog.example_marks import mark_problems

                merged = extend(base, entry)
                problems = mark_problems(merged, entry.path)
                errors += problems
                entries[code] = base if problems else merged
    in_order = sorted(entries, key=code_order)
    return Catalog({code: entries[code] for code in in_order}, tuple(sorted(errors)))


def load_page(path: str, text: str | bytes, source: LayerSource) -> Entry | list[PageError]:
    """The entry of one page, or all that is wrong with it."""
    if len(text) > MAX_PAGE:
        return [PageError(path, 1, 1, "the page is too large", f"at most {MAX_PAGE // 1024} KiB")]
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = 1 + error.object.count(b"\n", 0, error.start)
            return [PageError(path, line, 1, "the page is not UTF-8 text", "UTF-8 text")]
    # What an editor may send and no encoder takes: half of a surrogate pair.
    text = text.encode("utf-8", "replace").decode("utf-8").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        return [
            PageError(path, 1 + text.count("\n", 0, text.index("\0")), 1, "the page is binary", "UTF-8 text")
        ]
    front = _FRONT_MATTER.match(text)
    if front is None:
        message = (
            "the front matter is never closed" if text.startswith("---\n") else "the page has no front matter"
        )
        return [PageError(path, 1, 1, message, "`---`, the keys of the entry, `---`")]
    return _load_parts(path, front[1], text[front.end() :], 1 + text.count("\n", 0, front.end()), source)


# The first line of a page that is no entry, such as a folder's README.md, is anything else.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_CODE_NAME = re.compile(r"[A-Z]+-?\d+(?![^\W_])")
_MAX_ERRORS = 100


def _load_parts(
    path: str, yaml: str, markdown: str, first_line: int, source: LayerSource
) -> Entry | list[PageError]:
    from bugcatalog_ls.catalog.body import parse_body
    from bugcatalog_ls.catalog.example_marks import mark_problems
    from bugcatalog_ls.catalog.front_matter import parse_front_matter
    from bugcatalog_ls.catalog.keys import ErrorSymptom

    front = parse_front_matter(path, yaml, 2)
    body = parse_body(path, markdown, first_line)
    errors = [*front.errors, *body.errors]
    extends = front.values.get("extends") is True
    if not extends and not body.title:
        errors.append(PageError(path, first_line, 1, "the page has no title", "`# ` and a short noun phrase"))
    elif not extends and not body.summary:
        line = body.lines["#"]
        errors.append(
            PageError(path, line, 1, "no sentence under the title says what is wrong", "one sentence")
        )
    if errors:
        return sorted(errors)[:_MAX_ERRORS]
    symptoms = front.values.pop("symptoms", ())
    rules = front.raw["rules"] if front.values.pop("rules", ()) else []
    entry = Entry(
        **front.values,
        symptoms=tuple(
            Symptom(symptom.error, error=True) if isinstance(symptom, ErrorSymptom) else Symptom(symptom)
            for symptom in symptoms
        ),
        rules=tuple(rules),
        title=body.title,
        summary=body.summary,
        intro=body.intro,
        sections=body.sections,
        examples=body.examples,
        lines={**front.lines, **body.lines},
        path=path,
        source=source,
    )
    return mark_problems(entry, path)[:_MAX_ERRORS] or entry


def _load_layer(layer: Layer, cache_folder: Path | None) -> Iterator[Entry | list[PageError]]:
    """What each page of a layer holds, in the order of their paths."""
    pages: dict[str, bytes | PageError] = {}
    if layer.folder is not None:
        pages.update(_read_folder(layer.folder, layer.source))
    pages.update((path, text.encode("utf-8", "replace")) for path, text in layer.pages.items())
    in_cache = cache.cache_file(cache_folder, layer.folder) if cache_folder and layer.folder else None
    known = cache.read(in_cache) if in_cache else {}
    used: dict[bytes, Entry] = {}
    for path in sorted(pages):
        data = pages[path]
        if isinstance(data, PageError):
            yield [data]
            continue
        if not _is_page(path, data):
            continue
        key = cache.key(path, data)
        loaded = known.get(key) or load_page(path, data, layer.source)
        if isinstance(loaded, Entry):
            used[key] = loaded
            loaded = msgspec.structs.replace(loaded, source=layer.source)
        yield loaded
    if in_cache and used.keys() != known.keys():
        cache.write(in_cache, used)


def _is_page(path: str, data: bytes) -> bool:
    """Whether a Markdown file of the folder means to be an entry, by its first line or its name.

    An empty one doesn't yet: that is how editors create a page, before they write into it.
    """
    if not data.strip():
        return False
    is_named_so = _CODE_NAME.match(path.rpartition("/")[2]) is not None
    return is_named_so or data.startswith((b"---", b"\xef\xbb\xbf---"))


def _read_folder(folder: Path, source: LayerSource) -> Iterator[tuple[str, bytes | PageError]]:
    def unreadable(path: Path | str, error: OSError) -> tuple[str, PageError]:
        name = Path(path).as_posix()
        return name, PageError(
            name, 1, 1, f"can't be read: {error.strerror or error}", "a readable file or folder"
        )

    try:
        is_folder = folder.is_dir()
    except OSError as error:
        yield unreadable(folder, error)
        return
    if not is_folder:
        if source != "workspace":
            yield (
                folder.as_posix(),
                PageError(folder.as_posix(), 1, 1, "there is no such folder", "a folder of pages"),
            )
        return
    failed: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=failed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.endswith(".md") or name.startswith("."):
                continue
            path = Path(parent, name)
            try:
                # Only regular files: reading a pipe would wait for ever. One byte past the limit shows.
                if path.is_file():
                    with path.open("rb") as file:
                        yield path.as_posix(), file.read(MAX_PAGE + 1)
            except OSError as error:
                yield unreadable(path, error)
    for failure in failed:
        yield unreadable(failure.filename or folder, failure)


def _error(entry: Entry, key: str, message: str, expected: str) -> PageError:
    return PageError(entry.path, entry.line_of(key), 1, message, expected)
