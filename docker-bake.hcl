# Every image but nGraph's for both architectures: REGISTRY=... docker buildx bake --push. `make build` builds for this machine alone.
variable "REGISTRY" {
  default = "seldonio"
}

variable "VERSION" {
  default = "2.0.0"
}

variable "REVISION" {
  default = "unknown"
}

variable "SOURCE" {
  default = "unknown"
}

group "default" {
  targets = ["image"]
}

target "base" {
  matrix = {
    role = ["runtime", "builder"]
  }
  name       = "${role}-base"
  dockerfile = "builders/base/Dockerfile"
  target     = role
  platforms  = ["linux/amd64", "linux/arm64"]
}

target "image" {
  matrix = {
    python = ["python3", "python36", "python2"]
    role   = ["builder", "runtime"]
  }
  name       = "${python}-${role}"
  dockerfile = "builders/${python}/Dockerfile"
  target     = role
  platforms  = ["linux/amd64", "linux/arm64"]
  contexts = {
    runtime-base = "target:runtime-base"
    builder-base = "target:builder-base"
  }
  args = {
    RUNTIME_BASE = "runtime-base"
    BUILDER_BASE = "builder-base"
    IMAGE        = "${REGISTRY}/seldon-core-s2i-${python}${role == "runtime" ? "-runtime" : ""}:${VERSION}"
  }
  labels = {
    "org.opencontainers.image.version"  = VERSION
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.source"   = SOURCE
  }
  tags = ["${REGISTRY}/seldon-core-s2i-${python}${role == "runtime" ? "-runtime" : ""}:${VERSION}"]
}
