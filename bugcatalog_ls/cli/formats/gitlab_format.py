"""GitLab's code quality report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

from bugcatalog_ls.cli.output import Report
from bugcatalog_ls.workspace.baseline import identity

_SEVERITIES = {"error": "critical", "warning": "major", "information": "minor", "hint": "info"}


def render(report: Report) -> Iterator[str]:
    seen: Counter[tuple[str, ...]] = Counter()
    issues = []
    for shown in report.shown:
        # By its text, not its line: so that GitLab knows a finding again after edits elsewhere.
        known = (shown.filename, *identity(shown.diagnosis.finding, shown.source))
        seen[known] += 1
        digest = blake2b("\0".join((*known, str(seen[known]))).encode("utf-8", "replace"), digest_size=16)
        issues.append(
            {
                "description": f"{shown.code} {shown.diagnosis.entry.name}: {shown.message}",
                "check_name": shown.code,
                "fingerprint": digest.hexdigest(),
                "severity": _SEVERITIES[shown.diagnosis.severity],
                "location": {
                    "path": shown.filename,
                    "lines": {"begin": shown.start[0], "end": shown.last_row},
                },
            }
        )
    yield json.dumps(issues, ensure_ascii=False, indent=2) + "\n"
