# Every image but nGraph's for both architectures: REGISTRY=... docker buildx bake --push. `make build` builds for this machine alone.
# bake reads docker-bake.json first, the table of Pythons: PYTHONS, and PYTHON_VERSION, the one whose image has the plain tag.
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

function "image" {
  params = [python, role]
  result = "${REGISTRY}/seldon-core-s2i-${python.builder}${role == "runtime" ? "-runtime" : ""}:${VERSION}${python.builder == "python3" && python.version != PYTHON_VERSION ? "-py${python.version}" : ""}"
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
    python = PYTHONS
    role   = ["builder", "runtime"]
  }
  name       = "python-${replace(python.version, ".", "-")}-${role}"
  dockerfile = "builders/${python.builder}/Dockerfile"
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
    IMAGE        = image(python, role)
  }
  labels = {
    "org.opencontainers.image.version"  = VERSION
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.source"   = SOURCE
  }
  tags = [image(python, role)]
}
