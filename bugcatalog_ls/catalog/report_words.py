"""The words by which reports name their parts, in English, Chinese and German."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Role = Literal[
    "symptom",
    "spot",
    "cause",
    "fix",
    "verify",
    "wrong",
    "right",
    "prevention",
    "case",
    "place",
    "meta",
    "details",
]


SECTION_NAMES: dict[Role, str] = {
    "symptom": "symptom",
    "spot": "how to spot it",
    "cause": "root cause",
    "fix": "fix",
    "verify": "verify",
    "prevention": "prevention",
    "case": "real cases",
    "place": "where it was",
    "details": "details",
}
"""What the sections of a page are called."""


def role_of(label: str) -> Role | None:
    """What a label or heading announces, if it is one that reports use."""
    return _ROLES.get(plain_label(label))


def role_of_heading(heading: str) -> Role | None:
    """The same for a heading, which may say more than the one word that counts."""
    exact = role_of(heading)
    if exact is not None:
        return exact
    plain = plain_label(heading)
    if len(plain.split()) > _MAX_WORDS_OF_A_ROLE:
        return None
    return next((role for pattern, role in _TELLING if pattern.search(plain)), None)


def gathers_items(heading: str) -> bool:
    """Whether what stands under a heading are several bugs."""
    return _GATHERS.search(plain_label(heading)) is not None


def plain_label(text: str) -> str:
    """A label in lower case without numbers, markup, emoji and punctuation at its ends."""
    kept = "".join(
        " " if unicodedata.category(c) in ("So", "Sk", "Cn", "Co", "Mn", "Cf") else c for c in text
    )
    kept = _MARKUP.sub("", _NUMBER.sub("", kept.strip(" *_#")))
    return " ".join(kept.strip(" \t*_:：-–—.!?()[]【】").lower().split())


def without_decoration(text: str) -> str:
    """A heading as a title: no number, emphasis, emoji, nor the state that somebody noted behind it."""
    kept = "".join(" " if unicodedata.category(c) in ("So", "Cn", "Co", "Cf") else c for c in text)
    kept = kept.replace("\ufe0f", "")
    kept = " ".join(_EMPHASIS.sub("", kept).split())
    kept = _NUMBER.sub("", kept).strip()
    while (shorter := _TAG.sub("", _STATE.sub("", kept)).strip(" -–—:|")) != kept:
        kept = shorter
    return kept


def number_of(heading: str) -> str:
    """The number that a heading begins with, such as `7.3`, or an empty text."""
    match = _NUMBER.match(plain := _EMPHASIS.sub("", heading).strip(" #"))
    digits = re.search(r"\d+(?:\.\d+)*", match[0]) if match else None
    if digits:
        return digits[0]
    return match[0].strip() if match and plain else ""


_MAX_WORDS_OF_A_ROLE = 6
_MARKUP = re.compile(r"[*_`]")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_NUMBER = re.compile(
    r"^(?:(?:issue|bug|problem|error|incident|fix|item|case|root cause|fehler|vorfall|问题|缺陷|故障|错误)\s*"
    r"(?:#|no\.?|nr\.?)?\s*(?:\d+(?:\.\d+)*|[一二三四五六七八九十]+)\s*[:：.)）、\-–—]?\s*"
    r"|#?\d+(?:\.\d+)+[.)）、:]?\s+|\(?#?\d+[.)）、:：]\s*|[一二三四五六七八九十]+[、.．]\s*)",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"(?:^|[\s\-–—|:(\[])[(\[]?(?:critical|important|high|medium|low|fixed|resolved|done|open|closed|enhanced|"
    r"blocker|major|minor|p[0-4]|sev-?\d|严重|已修复|已解决|behoben|kritisch|gelöst)[)\]]?$",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s[-–—]\s[A-Z]{4,}$")
_GATHERS = re.compile(
    r"\b(?:issues?|problems?|bugs?|root causes|errors|incidents?|defects?|findings|failures|fixes|known|"
    r"catalog|fehler|probleme|vorfälle|ursachen|mängel)\b|问题|缺陷|故障|错误|事故|bug"
)

_LABELS: dict[Role, str] = {
    "symptom": (
        "symptom|symptoms|problem|the problem|problem description|issue|error|error message|"
        "error messages|error pattern|error log|error logs|evidence from logs|impact|user impact|"
        "customer impact|what happened|description|observed|observed behavior|observed behaviour|"
        "actual behavior|actual behaviour|actual result|current behavior|summary|executive summary|"
        "effect|stack trace|stacktrace|traceback|logs|log output|steps to reproduce|reproduction|"
        "to reproduce|how to reproduce|expected behavior|expected behaviour|expected result|"
        "problem discovery|risk|describe the bug|error symptom|bug|message|exception|症状|现象|问题|"
        "问题描述|错误|错误信息|报错|报错信息|影响|影响范围|故障现象|异常信息|复现步骤|表现|日志|概述|"
        "背景|故障描述|symptome|fehler|fehlermeldung|auswirkung|auswirkungen|beschreibung|fehlerbild|"
        "beobachtung|was ist passiert|zusammenfassung|schritte zum reproduzieren|problembeschreibung"
    ),
    "spot": (
        "quick identification|how to spot it|how to spot|detection|how to detect|identification|"
        "investigation|diagnosis|evidence|debugging|quick detection commands|detection commands|"
        "how we found it|triage|排查|快速定位|快速识别|识别|检测|检测命令|排查过程|定位|诊断|排查步骤|"
        "定位过程|erkennung|diagnose|nachweis|erkennen|wie erkennen|untersuchung"
    ),
    "cause": (
        "root cause|root causes|cause|causes|reason|why|possible root cause|potential root causes|"
        "root cause analysis|rca|contributing factors|trigger|root causes identified|five whys|5 whys|"
        "why it happened|根因|原因|根本原因|原因分析|根因分析|问题原因|成因|ursache|ursachen|"
        "grundursache|hauptursache|grund|ursachenanalyse"
    ),
    "fix": (
        "fix|fixes|the fix|fix applied|fixes applied|solution|resolution|fix strategy|remediation|"
        "mitigation|changes made|changes|action|actions|action items|workaround|corrective action|"
        "corrective actions|recovery|how we fixed it|code fixes required|correction|how to fix|"
        "proposed fix|immediate actions needed|additional enhancements applied|resolution and recovery|"
        "what we changed|repair|修复|解决方案|解决|修复方案|解决办法|解决方法|处理|修复方法|修复措施|"
        "措施|改动|对策|处理方法|处理过程|lösung|behebung|korrektur|maßnahme|maßnahmen|behoben durch|"
        "abhilfe|sofortmaßnahme|sofortmaßnahmen"
    ),
    "verify": (
        "verification|verify|test|tests|testing|testing results|test results|result|results|validation|"
        "how to verify|validation steps|verification commands|success criteria|database verification|"
        "验证|测试|验证方法|验证结果|结果|回归测试|测试结果|验收|überprüfung|verifikation|prüfung|"
        "nachprüfung|ergebnis|verifizierung"
    ),
    "wrong": (
        "wrong|wrong code|incorrect code|incorrect|bad|bad code|before|buggy code|original code|"
        "problem code|problematic code|old code|don't|错误代码|错误示例|错误写法|修复前|反例|问题代码|"
        "falsch|vorher|falscher code|fehlerhafter code"
    ),
    "right": (
        "right|right code|correct|correct code|good|good code|after|fixed code|new code|do|正确代码|"
        "正确示例|正确写法|修复后|正例|修复代码|richtig|nachher|richtiger code|korrekter code|"
        "korrigierter code"
    ),
    "prevention": (
        "prevention|prevention measures|prevention strategy|preventive measures|lessons learned|lessons|"
        "lesson|follow-ups|follow-up|follow up|next steps|what went well|what went wrong|"
        "where we got lucky|预防|预防措施|经验教训|教训|改进措施|后续|后续行动|vorbeugung|prävention|"
        "erkenntnisse|nächste schritte|lehren"
    ),
    "case": (
        "real case|real cases|real-world case|occurrences|案例|真实案例|实例|praxisfall|vorfall|vorfälle"
    ),
    "place": (
        "file|files|lines|location|locations|affected files|files modified|files changed|component|"
        "components|affected|affected services|affected components|router location|code location|module|"
        "endpoint|文件|位置|影响文件|涉及文件|修改文件|模块|datei|dateien|stelle|ort|betroffene dateien|"
        "komponente"
    ),
    "meta": (
        "date|status|severity|priority|author|authors|owner|duration|start|end|reported by|tested by|"
        "ready for|version|labels|assignee|incident id|id|environment|scope|state|url|link|created|"
        "number|title|type|category|reporter|incident commander|日期|状态|严重程度|级别|作者|负责人|时间|"
        "优先级|版本|环境|编号|标题|分类|datum|schweregrad|autor|dauer|verantwortlich|priorität|umgebung|"
        "titel|nummer"
    ),
    "details": (
        "timeline|chronology|background|context|notes|details|related documentation|references|see also|"
        "links|related|comments|appendix|时间线|备注|参考|相关文档|附录|zeitverlauf|chronologie|"
        "hintergrund|referenzen|siehe auch"
    ),
}
_ROLES: dict[str, Role] = {label: role for role, labels in _LABELS.items() for label in labels.split("|")}
_TELLING: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"root causes?\b|根因|原因|ursache"), "cause"),
    (re.compile(r"\bprevent|lessons|next steps|预防|教训|vorbeug|prävention"), "prevention"),
    (re.compile(r"\bverif|\bvalidat|\btest(?:s|ing)?\b|验证|测试|überprüf"), "verify"),
    (re.compile(r"\bdetect|\bhow to spot|排查|定位|erkenn"), "spot"),
    (re.compile(r"\bsymptom|what happened|\bimpact\b|现象|症状|auswirkung|fehlerbild"), "symptom"),
    (
        re.compile(r"\bresolution\b|\bsolution\b|\bremediation\b|\bmitigation\b|解决|修复|lösung|behebung"),
        "fix",
    ),
    (re.compile(r"\btimeline\b|references|documentation"), "details"),
    (re.compile(r"\bfiles (?:modified|changed)\b"), "place"),
)
