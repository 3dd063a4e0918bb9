"""What a health check asks, in a word for its answer."""

from __future__ import annotations

import re

_VECTOR_STORES = ("qdrant", "chroma", "weaviate", "pinecone", "milvus")
_KINDS = (
    *((name, name) for name in _VECTOR_STORES),
    (r"redis", "redis"),
    (r"cache", "cache"),
    (r"broker|kafka|rabbit|pika|amqp|celery|queue", "broker"),
    (r"mongo|db|database|session|engine|(?<!create_)conn|cursor|sql|pool|psycopg", "database"),
    (r"elasticsearch|opensearch", "search"),
    (r"boto3|s3\b|minio", "storage"),
)
_HOST = re.compile(r"https?://([a-z][\w.-]*)", re.IGNORECASE)
# `ping_index()`, `store.check()`
_CHECKED = re.compile(r"\b(?:ping|check|verify|test|probe)_(?!health|status|all\b)([a-z]\w*)\(")
_ASKED = re.compile(r"\b(?!self\b|client\b)([a-z]\w*)\.(?:ping|check\w*|health\w*|verify|probe|is_\w+)\(")
_SAYS_NOTHING = re.compile(
    r"(?:^|_)(?:health\w*|check\w*|ready|readyz|readiness|live|livez|liveness|alive|ping|status|probe|get|api|the|is"
    r"|handler|endpoint|route|view|deep|full|detailed|extended|simple|basic|app|application|system|service|services"
    r"|server|root|async|do|run|head|test|v\d+)(?=_|$)"
)


def part_of(written: str, function: str, *more: str) -> str:
    """What fails when a call does: the kind of what is asked, else its own name, else what the check
    is called after; `more` says what `written` may not."""
    for text in (written, *more[:1]):
        for words, kind in _KINDS:
            if re.search(words, text.lower()):
                return kind
    named = _SAYS_NOTHING.sub("", function).strip("_")
    if named.isidentifier():
        return named
    for pattern in (_HOST, _CHECKED, _ASKED):
        for text in (written, *more):
            found = pattern.search(text)
            if found is not None:
                return found[1]
    return "dependency"
