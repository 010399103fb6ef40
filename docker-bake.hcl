# Every image but nGraph's for both architectures: REGISTRY=... docker buildx bake --push. `make build` builds for this machine alone.
variable "REGISTRY" {
  default = "seldonio"
}

variable "VERSION" {
  default = "2.0.0"
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
    python = [
      { name = "python3", image = "python:3.13-slim-trixie" },
      { name = "python36", image = "python:3.6-slim" },
      { name = "python2", image = "python:2.7-slim" },
    ]
    role = ["builder", "runtime"]
  }
  name       = "${python.name}-${role}"
  dockerfile = "builders/${python.name}/Dockerfile"
  target     = role
  platforms  = ["linux/amd64", "linux/arm64"]
  contexts = {
    runtime-base = "target:runtime-base"
    builder-base = "target:builder-base"
  }
  args = {
    RUNTIME_BASE = "runtime-base"
    BUILDER_BASE = "builder-base"
    PYTHON_IMAGE = python.image
    IMAGE        = "${REGISTRY}/seldon-core-s2i-${python.name}${role == "runtime" ? "-runtime" : ""}:${VERSION}"
    VERSION      = VERSION
  }
  tags = ["${REGISTRY}/seldon-core-s2i-${python.name}${role == "runtime" ? "-runtime" : ""}:${VERSION}"]
}
