# `make` prints what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION := $(shell cat VERSION)
REVISION := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
SOURCE ?= $(shell git config --get remote.origin.url || echo unknown)
REGISTRY ?= seldonio
# docker-bake.json has the table of Pythons
DEFAULT_PYTHON := $(shell make/pythons default)
PYTHON_VERSION ?= $(DEFAULT_PYTHON)
OS_IMAGE ?= debian:trixie-slim
SERVER_IMAGE ?= $(shell make/pythons image $(DEFAULT_PYTHON) python3)
CA_BUNDLE ?=
INTERPRETERS ?= $(shell make/pythons | cut -d' ' -f1)
BENCH_ROUNDS ?= 5
BENCH_SECONDS ?= 2
BENCH_STARTS ?= 3
BENCH_CASES ?=
BENCH_OUT ?= .bench/results
BENCH_BASELINE ?=
CHAOS_ROUNDS ?= 200
CHAOS_UPDATES ?= 20
CHAOS_INPUTS ?= 2000
CHAOS_KILLS ?= 200
CHAOS_SEED ?=
COMPARE_OLD ?= $(PYTHON2_IMAGE)
COMPARE_NEW ?= $(PYTHON3_IMAGE)
COMPARE_SRC ?= examples/model-template
COMPARE_N ?= 100
COMPARE_ROWS ?= 10
COMPARE_TOLERANCE ?= 1e-6
DOCKER ?= docker
export OS_IMAGE DOCKER

PREFIX := $(REGISTRY)/seldon-core-s2i-
RUNTIME_BASE := $(PREFIX)runtime-base:$(VERSION)
BUILDER_BASE := $(PREFIX)builder-base:$(VERSION)
# the current Python's images have the plain tag, the older ones say which they are
PYTHON3_TAG := $(VERSION)$(if $(filter-out $(DEFAULT_PYTHON),$(PYTHON_VERSION)),-py$(PYTHON_VERSION))
PYTHON3_IMAGE := $(PREFIX)python3:$(PYTHON3_TAG)
PYTHON36_IMAGE := $(PREFIX)python36:$(VERSION)
PYTHON2_IMAGE := $(PREFIX)python2:$(VERSION)
PYTHON3_RUNTIME := $(PREFIX)python3-runtime:$(PYTHON3_TAG)
PYTHON36_RUNTIME := $(PREFIX)python36-runtime:$(VERSION)
PYTHON2_RUNTIME := $(PREFIX)python2-runtime:$(VERSION)
NGRAPH_IMAGE := $(PREFIX)python3-ngraph-onnx:$(VERSION)
# PYTHON_IMAGE= replaces the user's Python of the builder that is built
PYTHON3_BASE := $(or $(PYTHON_IMAGE),$(shell make/pythons image $(PYTHON_VERSION) python3),\
    $(error PYTHON_VERSION: expected a version of python3 in docker-bake.json, found $(PYTHON_VERSION)))
PYTHON36_BASE := $(or $(PYTHON_IMAGE),$(shell make/pythons image 3.6 python36))
PYTHON2_BASE := $(or $(PYTHON_IMAGE),$(shell make/pythons image 2.7 python2))
SHELL_SCRIPTS = $(shell git ls-files -co --exclude-standard | xargs -r grep -lsPz '\A\#!.*(bash|/sh)\n')

.PHONY: help demo demo-graph test build build-python3 build-python36 build-python2 build-ngraph-onnx build-runtime-images build-base bases interpreters lock \
    lint venv sizes bench bench-rest bench-grpc bench-v2 bench-workers bench-graph bench-start bench-build bench-persistence simulate chaos chaos-server chaos-graph compare s2i clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-17s %s\n", $$1, $$2}' Makefile

demo: venv ## serve the example model and ask it for a prediction: with Docker, or without where there is none
	@IMAGE='$(PYTHON3_IMAGE)' make/demo

demo-graph: venv ## serve a graph without Docker: a bandit learns which of two models is better; a plot shows how
	@make/demo-graph

test: venv ## run every test (those of the images where a Docker engine answers; TESTS= for some)
	@! make/engine || $(MAKE) --no-print-directory build build-runtime-images
	@make/test $(TESTS)

build: build-python3 build-python36 build-python2 build-ngraph-onnx ## build the four builder images (REGISTRY=, CA_BUNDLE=, OS_IMAGE=, PYTHON_IMAGE=, SERVER_IMAGE=)

build-python3: build-base ## build the builder for Python 3 (PYTHON_VERSION=, one of make/pythons)
	@$(BUILD) python3 builder '$(PYTHON3_IMAGE)' $(call OPTIONS,$(PYTHON3_IMAGE),$(PYTHON3_BASE))

build-python36: build-base ## build the builder for Python 3.6
	@$(BUILD) python36 builder '$(PYTHON36_IMAGE)' $(call OPTIONS,$(PYTHON36_IMAGE),$(PYTHON36_BASE))

build-python2: build-base ## build the builder for Python 2.7
	@$(BUILD) python2 builder '$(PYTHON2_IMAGE)' $(call OPTIONS,$(PYTHON2_IMAGE),$(PYTHON2_BASE))

build-ngraph-onnx: build-python36 ## build the builder for ONNX files, nGraph on the one for Python 3.6
	@$(BUILD) ngraph-onnx builder '$(NGRAPH_IMAGE)' --build-arg 'IMAGE=$(NGRAPH_IMAGE)' --build-arg 'PYTHON_IMAGE=$(PYTHON36_IMAGE)' $(LABELS)

build-runtime-images: build-base ## build the slim images for s2i build --runtime-image
	@$(BUILD) python3 runtime '$(PYTHON3_RUNTIME)' $(call OPTIONS,$(PYTHON3_RUNTIME),$(PYTHON3_BASE))
	@$(BUILD) python36 runtime '$(PYTHON36_RUNTIME)' $(call OPTIONS,$(PYTHON36_RUNTIME),$(PYTHON36_BASE))
	@$(BUILD) python2 runtime '$(PYTHON2_RUNTIME)' $(call OPTIONS,$(PYTHON2_RUNTIME),$(PYTHON2_BASE))

build-base: # what the images of every Python share
	@$(BUILD) base runtime '$(RUNTIME_BASE)' $(BASE_OPTIONS)
	@$(BUILD) base builder '$(BUILDER_BASE)' $(BASE_OPTIONS)

BUILD = CA_BUNDLE='$(CA_BUNDLE)' make/build
BASE_OPTIONS = --build-arg 'OS_IMAGE=$(OS_IMAGE)' --build-arg 'SERVER_IMAGE=$(SERVER_IMAGE)'
# of a Python's Dockerfile: <the image's own name> <base of the user's Python>
OPTIONS = --build-arg 'IMAGE=$(1)' --build-arg 'PYTHON_IMAGE=$(2)' \
    --build-arg 'RUNTIME_BASE=$(RUNTIME_BASE)' --build-arg 'BUILDER_BASE=$(BUILDER_BASE)' $(LABELS)
LABELS = $(foreach fact,version=$(VERSION) revision=$(REVISION) source=$(SOURCE),--label 'org.opencontainers.image.$(fact)')

bases: ## make local stand-ins for the base images that are neither here nor pullable (root, debootstrap)
	@make/stand-ins/provide '$(SERVER_IMAGE)' '$(PYTHON3_BASE)' '$(PYTHON36_BASE)' '$(PYTHON2_BASE)'

interpreters: ## make the Pythons that this machine lacks, from Debian's newest packages, in .tools (INTERPRETERS=)
	@for version in $(INTERPRETERS); do make/find-python "$$version" || make/interpreter "$$version"; done

lock: ## renew the locks in runtime/requirements from the .in files
	@make/lock

lint: venv ## ruff, mypy, shellcheck, hadolint, the CI services' own schemas
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/shellcheck $(SHELL_SCRIPTS)
	.venv/bin/hadolint $(wildcard builders/*/Dockerfile make/stand-ins/Dockerfile)
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows examples/ci/github-actions.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.gitlab-ci examples/ci/gitlab-ci.yml

venv: ## make .venv: the server and the tools, without Docker
	@make/venv

sizes: ## print what the images that are here consist of, beside the previous version's
	@make/sizes.py $(if $(RECORD),--record) '$(OS_IMAGE)' '$(PYTHON3_IMAGE)=$(PYTHON3_BASE)' '$(PYTHON3_RUNTIME)=$(PYTHON3_BASE)' \
	    '$(PYTHON36_IMAGE)=$(PYTHON36_BASE)' '$(PYTHON36_RUNTIME)=$(PYTHON36_BASE)' \
	    '$(PYTHON2_IMAGE)=$(PYTHON2_BASE)' '$(PYTHON2_RUNTIME)=$(PYTHON2_BASE)' \
	    '$(NGRAPH_IMAGE)=$(PYTHON36_BASE)'

bench: venv ## compare with other servers and with the limits (BENCH_CASES=<part of a name>, BENCH_ROUNDS=, BENCH_SECONDS=, BENCH_STARTS=), or with BENCH_BASELINE=<another checkout>
	@$(BENCH)

bench-rest: venv ## the same for REST only
	@$(BENCH) rest

bench-grpc: venv ## the same for gRPC only
	@$(BENCH) grpc

bench-v2: venv ## the same for the Open Inference Protocol (V2) only: JSON, binary tensors and gRPC
	@$(BENCH) v2

bench-workers: venv ## the same for MODEL_WORKERS only: one worker, two, four … and as many as there are cores
	@$(BENCH) workers

bench-graph: venv ## the same for an inference graph only: units in folders, the same units as four servers, and the walk alone
	@$(BENCH) graph

bench-start: venv ## the same for starts only: the time of a process, and of a container, to its first response
	@$(BENCH) start

bench-build: venv ## compare whole builds of the scikit-learn example: clean, unchanged, changed (BENCH_ROUNDS=, BENCH_BASELINE=<another builder>, BENCH_CASES=)
	@.venv/bin/python -m bench.build --rounds '$(BENCH_ROUNDS)' --ways '$(BENCH_CASES)' --image '$(PYTHON3_IMAGE)' \
	    --python-image '$(PYTHON3_BASE)' $(if $(BENCH_BASELINE),--baseline '$(BENCH_BASELINE)')

BENCH = .venv/bin/python -m bench --rounds '$(BENCH_ROUNDS)' --seconds '$(BENCH_SECONDS)' --starts '$(BENCH_STARTS)' \
    --cases '$(BENCH_CASES)' --image '$(PYTHON3_IMAGE)' --out '$(BENCH_OUT)' \
    $(if $(BENCH_BASELINE),--baseline '$(BENCH_BASELINE)')

bench-persistence: venv ## print how long requests wait for the snapshot of a state of 100 MB
	@.venv/bin/python -m bench.persistence_pause --python 3.13 --python 3.6 --python 2.7

simulate: venv ## print which workers, batches and MAX_WAITING keep p99 in bursts (RATE=, BURST=, SERVICE_MS=, P99_MS=; CHECK=1: beside the real server)
	@.venv/bin/python -m bench.simulation $(if $(call given,CHECK),--check) \
	    $(foreach name,$(SIMULATED),$(if $(call given,$(name)),'$(name)=$($(name))'))

# whether the command line says it: the environment may have such a name for another program
given = $(filter command,$(origin $1))
SIMULATED = RATE BURST BURST_SECONDS BURST_EVERY SERVICE_MS SERVICE_CV ROW_MS OVERHEAD_MS TIMEOUT_MS P99_MS LOST \
    WORKERS BATCH DELAY_MS MAX_WAITING SECONDS SEED

chaos: venv ## kill a counting router, its container and its Redis at random points of saves (CHAOS_ROUNDS=200, CHAOS_UPDATES=20, CHAOS_SEED=)
	@PYTHONPATH=test .venv/bin/python -m chaos.campaign --rounds '$(CHAOS_ROUNDS)' --updates '$(CHAOS_UPDATES)' \
	    $(if $(CHAOS_SEED),--seed '$(CHAOS_SEED)') $(shell ! make/engine || echo --builder '$(PYTHON3_IMAGE)')

chaos-server: venv ## send hostile bytes, bad clients, kills and stops to servers on each Python (CHAOS_ROUNDS=200, CHAOS_INPUTS=2000, CHAOS_SEED=)
	@PYTHONPATH=.:test .venv/bin/python -m chaos.server_campaign --rounds '$(CHAOS_ROUNDS)' --inputs '$(CHAOS_INPUTS)' \
	    $(if $(CHAOS_SEED),--seed '$(CHAOS_SEED)')

chaos-graph: venv ## kill -9 the units of a graph under load, and let some hang (CHAOS_KILLS=200, CHAOS_SEED=)
	@PYTHONPATH=.:test .venv/bin/python -m chaos.graph_campaign --kills '$(CHAOS_KILLS)' $(if $(CHAOS_SEED),--seed '$(CHAOS_SEED)')

compare: venv ## print where the images of two builders, two graphs or two servers differ (COMPARE_OLD=, _NEW=, _SRC=; _N=, _ROWS=, _TOLERANCE=)
	@s2i="$$($(if $(filter-out $(NOT_BUILT),$(COMPARE_OLD) $(COMPARE_NEW)),make/s2i | tail -n 1))"; \
	    NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 .venv/bin/python -m seldon_runtime.tester.compare --docker '$(DOCKER)' --s2i "$$s2i" \
	    --n-requests '$(COMPARE_N)' --rows '$(COMPARE_ROWS)' --tolerance '$(COMPARE_TOLERANCE)' \
	    '$(COMPARE_OLD)' '$(COMPARE_NEW)' '$(COMPARE_SRC)'

NOT_BUILT = %.yaml %.yml %.json http://% https://%

s2i: ## find s2i, or install it into .tools/bin with Go
	@make/s2i

clean: ## remove what the other targets made here (images stay)
	rm -rf .venv .demo .demo-graph .tools .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis runtime/build runtime/*.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
