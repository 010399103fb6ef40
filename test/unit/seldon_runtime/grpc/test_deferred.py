"""grpc.deferred: the check of grpcio's version. test_grpc.py tests the calls."""

import re
from pathlib import Path

import grpc
import pytest
from seldon_component.errors import StartError
from seldon_runtime.grpc import deferred

LOCKS = sorted((Path(__file__).parents[4] / "runtime/requirements").glob("server-*.txt"))


def test_the_installed_grpcio_is_accepted():
    deferred.check_grpcio(grpc.__version__)


@pytest.mark.parametrize("version", ["1.85.2", "1.86.0", "2.0.0"])
def test_another_grpcio_is_refused_with_the_next_step(version):
    with pytest.raises(StartError) as error:
        deferred.check_grpcio(version)
    assert str(error.value) == (
        f"grpcio: expected version {deferred._GRPCIO}, found {version}; install the version that runtime/requirements "
        f"locks. To move to {version}, set _GRPCIO in runtime/seldon_runtime/grpc/deferred.py to it, "
        "and run test/unit/seldon_runtime/grpc: if it fails, adapt deferred.py to grpcio's grpc/_server.py"
    )


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_lock_file_has_the_version_that_the_code_needs(path):
    assert re.findall(r"^grpcio==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE) == [deferred._GRPCIO]


def test_there_are_lock_files():
    assert LOCKS
