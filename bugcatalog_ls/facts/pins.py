"""Which releases of a package the workspace allows, from its requirements and project files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.text.source import Source

if TYPE_CHECKING:
    # Imported where it is needed: it costs 20 ms, and most runs compare no versions.
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

_LOCKED = re.compile(r'name = "([^"]+)"\nversion = "([^"]+)"')


class Pin(Fact, frozen=True):
    """One requirement: a package (canonical name) and the versions that it allows (PEP 440)."""

    package: str
    specifier: str

    @property
    def key(self) -> str:
        return self.package


@derived
def allows_only_before(index: FactIndex, package: str, version: str) -> bool:
    """Whether the workspace pins a package so that no release from `version` on fits."""
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    pins = index.get(Pin, canonicalize_name(package))
    return any(_ends_before(SpecifierSet(pin.specifier), Version(version)) for _, pin in pins)


@derived
def allows_only_from(index: FactIndex, package: str, version: str) -> bool:
    """Whether the workspace pins a package so that no release before `version` fits."""
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    pins = index.get(Pin, canonicalize_name(package))
    return any(_starts_at(SpecifierSet(pin.specifier), Version(version)) for _, pin in pins)


def _ends_before(specifiers: SpecifierSet, version: Version) -> bool:
    for each in specifiers:
        given = _version(each.version)
        if given is None:
            continue
        match each.operator:
            case "<" if given <= version:
                return True
            case "<=" if given < version:
                return True
            case "==" | "===" if _released(given) < version and not _is_within(each.version, version):
                return True
            case "~=" if _next(given) <= version:
                return True
    return False


def _starts_at(specifiers: SpecifierSet, version: Version) -> bool:
    lower = [_version(each.version) for each in specifiers if each.operator in (">=", "==", "===", "~=", ">")]
    return any(given is not None and _released(given) >= version for given in lower)


def _released(version: Version) -> Version:
    """The release that a prerelease leads to, whose ways it has."""
    from packaging.version import Version

    return Version(version.base_version)


def _version(written: str) -> Version | None:
    """The version that a specifier is given; None where it is another text, as `===` allows."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(written.removesuffix(".*"))
    except InvalidVersion:
        return None


def _is_within(pinned: str, version: Version) -> bool:
    """Whether `==2.*` may mean a version."""
    from packaging.specifiers import SpecifierSet

    return pinned.endswith(".*") and SpecifierSet(f"=={pinned}").contains(version)


def _next(version: Version) -> Version:
    """The first release that `~=` of a version leaves out."""
    from packaging.version import Version

    release = version.release[:-1] or version.release
    return Version(".".join(map(str, (*release[:-1], release[-1] + 1))))


def _read(path: str, source: Source, facts: Facts) -> None:
    name = path.rpartition("/")[2]
    if name.endswith(".lock"):
        from packaging.utils import canonicalize_name

        for package, version in _LOCKED.findall(source.text):
            facts.add(Pin(canonicalize_name(package), f"=={version}"))
    elif name == "pyproject.toml":
        for requirement in _of_project(source):
            _add(requirement, facts)
    else:
        for line in source.text.splitlines():
            _add(line.split(" #")[0].strip(), facts)


VOCABULARY = Vocabulary(
    read=_read, names=("requirements*.txt", "pyproject.toml", "poetry.lock", "uv.lock", "constraints*.txt")
)


def _of_project(source: Source) -> list[str]:
    import sys
    from importlib import import_module

    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        data = toml.loads(source.text)
    except ValueError:
        return []
    project = data.get("project", {}) if isinstance(data.get("project"), dict) else {}
    groups = [project.get("dependencies", []), *_values(project.get("optional-dependencies"))]
    groups.extend(_values(data.get("dependency-groups")))
    listed = [item for group in groups if isinstance(group, list) for item in group if isinstance(item, str)]
    tool = data.get("tool", {}) if isinstance(data.get("tool"), dict) else {}
    poetry = tool.get("poetry", {}).get("dependencies", {}) if isinstance(tool.get("poetry"), dict) else {}
    for package, version in poetry.items() if isinstance(poetry, dict) else ():
        given = version.get("version") if isinstance(version, dict) else version
        if isinstance(given, str):
            listed.append(f"{package}{_of_poetry(given)}")
    return listed


def _of_poetry(version: str) -> str:
    """Poetry's `^1.2` and `~1.2` in PEP 440's words."""
    match = re.fullmatch(r"([\^~])\s*(\d+)((?:\.\d+)*)", version.strip())
    if match is None:
        return version if version[:1] in "<>=!~" else "" if version == "*" else f"=={version}"
    sign, major, rest = match.groups()
    if sign == "^" and major != "0":
        return f">={major}{rest},<{int(major) + 1}"
    minor = rest.split(".")[1] if rest else "0"
    return f">={major}{rest},<{major}.{int(minor) + 1}"


def _values(table: object) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []


def _add(requirement: str, facts: Facts) -> None:
    if not requirement or requirement.startswith(("#", "-")):
        return
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        parsed = Requirement(requirement)
    except InvalidRequirement:
        return
    facts.add(Pin(canonicalize_name(parsed.name), str(parsed.specifier)))
