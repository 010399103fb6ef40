"""The bill of materials of an image, in the form of CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

MODEL, SERVER = "model", "server"  # the environment that a package is in


def cyclonedx_of(build: Mapping[str, Any]) -> dict[str, Any]:
    """The bill of materials for the content of a build.json. The same content gives the same bill."""
    digest = hashlib.sha256(json.dumps(build).encode()).hexdigest()
    components = [_component(MODEL, package) for package in build["packages"]]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": _metadata(build),
        "components": components + [_component(SERVER, package) for package in build["server"]],
        "dependencies": [_dependency(package, build) for package in build["packages"]],
    }


def _metadata(build: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        "builder": build["builder"],
        "python": build["python"],
        "architecture": build["architecture"],
        "source-revision": build["source"]["revision"] or "unknown",
        "source-sha256": build["source"]["sha256"],
    }
    return {
        "timestamp": datetime.fromtimestamp(build["time"], timezone.utc).isoformat(),
        "component": {"type": "application", "bom-ref": "the-model", "name": build["model"]},
        "properties": _properties(facts),
    }


def _component(environment: str, package: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"python": environment, **{name: str(package[name]) for name in ("origin", "bytes") if name in package}}
    component = {
        "type": "library",
        "bom-ref": _reference(environment, package),
        "name": package["name"],
        "version": package["version"],
        "purl": f"pkg:pypi/{package['name']}@{package['version']}",
        "properties": _properties(facts),
    }
    return {**component, "licenses": [_licence(package["licence"])]} if package["licence"] else component


def _licence(text: str) -> dict[str, Any]:
    try:
        return {"expression": canonicalize_license_expression(text)}
    except InvalidLicenseExpression:
        return {"license": {"name": text}}


def _dependency(package: Mapping[str, Any], build: Mapping[str, Any]) -> dict[str, Any]:
    here = {each["name"]: each for each in build["packages"]}
    needed = [_reference(MODEL, here[name]) for name in package["needs"] if name in here]
    return {"ref": _reference(MODEL, package), "dependsOn": needed}


def _reference(environment: str, package: Mapping[str, Any]) -> str:
    return f"{environment}:{package['name']}@{package['version']}"


def _properties(facts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"seldon:{name}", "value": value} for name, value in facts.items()]
