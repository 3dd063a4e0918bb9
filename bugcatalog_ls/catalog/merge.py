"""One entry over another: what a page changes of an entry that it extends."""

from __future__ import annotations

from typing import Any

import msgspec

from bugcatalog_ls.catalog.entry import EXAMPLE_SECTIONS, Entry


def extend(base: Entry, extension: Entry) -> Entry:
    """`base`, changed in the keys, sections and variants that `extension` gives."""
    given: dict[str, Any] = {
        key: getattr(extension, key)
        for key in ("name", "severity", "tags", "symptoms", "analyzer", "rules", "cases", "references")
        if key in extension.lines
    }
    if extension.title:
        given["title"] = extension.title
    if extension.summary:
        given |= {"summary": extension.summary, "intro": extension.intro}
    replaced = {kind for kind in EXAMPLE_SECTIONS if _gives_section(extension, kind)}
    kept = [example for example in base.examples if example.kind not in replaced]
    return msgspec.structs.replace(
        base,
        **given,
        variants={**base.variants, **extension.variants},
        data={**base.data, **extension.data},
        sections={**base.sections, **extension.sections},
        examples=(*kept, *extension.examples),
        source=extension.source,
        extended_by=(*base.extended_by, extension.path),
    )


def _gives_section(entry: Entry, kind: str) -> bool:
    return any(key == f"## {kind}" or key.startswith((f"## {kind}:", f"## {kind} :")) for key in entry.lines)
