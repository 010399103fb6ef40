"""seldon_runtime.system.open_files: the limit is raised as far as connections need it, and keeps a reserve."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
from seldon_runtime.system.open_files import connections_possible
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(connections_possible(wanted), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("soft", "hard", "wanted", "possible", "limit"), [
    (300, 4096, 1000, 1000, 1256),
    (2048, 4096, 1000, 1000, 2048),
    (300, 1024, 10_000, 768, 1024),
    (200, 200, 10, 1, 200),
])
def test_the_limit_is_raised_and_a_reserve_is_kept(soft, hard, wanted, possible, limit):
    command = [sys.executable, "-c", PROGRAM, *map(str, (soft, hard, wanted))]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [str(possible), str(limit)]
