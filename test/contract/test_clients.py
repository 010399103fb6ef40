"""Other vendors' own clients, on every interpreter and in both process modes.

Their scripts in `clients` have the assertions. They run in an environment of their own.
"""

import subprocess
from pathlib import Path

import pytest
from support.contract_servers import COLUMNS

SCRIPTS = Path(__file__).parent / "clients"
_LIMIT = 120  # seconds; only a failing test waits for so long


def complete(python, script, *arguments):
    """Run a script of a client, which says so if all its assertions hold."""
    command = [python, SCRIPTS / script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LIMIT)
    assert (done.returncode, done.stdout) == (0, "complete\n"), done.stderr


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_tritons_client_of_grpc(column, serve, clients_python):
    complete(clients_python, "triton_grpc.py", serve("Echo", column).grpc_port, "Echo")


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_kserves_clients_of_both_protocols(column, serve, clients_python):
    server = serve("Echo", column)
    complete(clients_python, "kserve_clients.py", server.http_port, server.grpc_port, "Echo")
