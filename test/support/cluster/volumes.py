"""The volumes of a pod: folders in memory, files of the pod's own facts, and claims that outlive the pod."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker

from .container_options import quantity
from .fields import Fields, NotUnderstood, Template, fields


class Claims:
    """PersistentVolumeClaims, whose volumes outlive the pods."""

    def __init__(self, engine: docker.DockerClient) -> None:
        self._engine = engine
        self._volumes: dict[str, Any] = {}

    def volume(self, claim: str, group: int | None, image: str) -> str:
        """The name of a claim's volume. It belongs to root, and to `group`, if the pod has an fsGroup. image: any with sh."""
        if claim not in self._volumes:
            self._volumes[claim] = self._engine.volumes.create(f"seldon-s2i-test-{os.getpid()}-{claim}")
        name = str(self._volumes[claim].name)
        command = f"chown 0:{group} /claim && chmod 2775 /claim" if group is not None else "chown 0:0 /claim && chmod 755 /claim"
        self._engine.containers.run(image, ["-c", command], entrypoint=["sh"], user="0", remove=True, volumes=[f"{name}:/claim"])
        return name

    def remove(self) -> None:
        for volume in self._volumes.values():
            volume.remove(force=True)


def mounts_of(container: Fields, template: Template, claims: Claims, scratch: Path) -> dict[str, Any]:
    """Options of docker's Python client. scratch: a folder of the pod's own."""
    volumes = {volume["name"]: volume for volume in template.spec.get("volumes", ())}
    tmpfs, binds = {}, []
    for mount in container.get("volumeMounts", ()):
        fields(mount, "volumeMounts", "name", "mountPath", "readOnly")
        volume, path = volumes[mount["name"]], mount["mountPath"]
        if "emptyDir" in volume:
            tmpfs[path] = _in_memory(volume)
        else:
            binds.append(f"{_source(volume, container, template, claims, scratch)}:{path}{':ro' if mount.get('readOnly') else ''}")
    return {"tmpfs": tmpfs, "volumes": binds}


def check_volumes(spec: Fields) -> None:
    """Each volume of a pod is mounted, by one container if it is in memory; each mount has its volume."""
    mounted = [mount["name"] for container in spec["containers"] for mount in container.get("volumeMounts", ())]
    kinds = {volume["name"]: "emptyDir" in volume for volume in spec.get("volumes", ())}
    if set(mounted) != kinds.keys() or any(in_memory and mounted.count(name) > 1 for name, in_memory in kinds.items()):
        raise NotUnderstood(f"volumes: expected each to be mounted, in memory once, found {sorted(mounted)} of {sorted(kinds)}")


def _in_memory(volume: Fields) -> str:
    """Options of a tmpfs. Everybody may write into an emptyDir, and start programs there."""
    fields(volume, "volumes", "name", "emptyDir")
    limit = fields(volume["emptyDir"], "emptyDir", "sizeLimit", "medium").get("sizeLimit")
    return "mode=777,exec" + (f",size={int(quantity(limit))}" if limit else "")


def _source(volume: Fields, container: Fields, template: Template, claims: Claims, scratch: Path) -> str:
    fields(volume, "volumes", "name", "downwardAPI", "persistentVolumeClaim")
    if "persistentVolumeClaim" in volume:
        claim = fields(volume["persistentVolumeClaim"], "persistentVolumeClaim", "claimName")["claimName"]
        return claims.volume(claim, template.spec.get("securityContext", {}).get("fsGroup"), container["image"])
    folder = scratch / volume["name"]
    folder.mkdir(parents=True, exist_ok=True)
    for item in fields(volume["downwardAPI"], "downwardAPI", "items")["items"]:
        path = item["fieldRef"]["fieldPath"]
        if path not in ("metadata.annotations", "metadata.labels"):
            raise NotUnderstood(f"fieldPath: expected metadata.annotations or metadata.labels, found {path}")
        (folder / item["path"]).write_text("\n".join(_lines(template.metadata[path.partition(".")[2]])))
    return str(folder)


def _lines(facts: Fields) -> Iterator[str]:
    """As the kubelet writes them: sorted, quoted, and no end of line after the last one."""
    for name in sorted(facts):
        yield f"{name}={json.dumps(facts[name], ensure_ascii=False)}"
