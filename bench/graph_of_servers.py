"""Four servers of ours, and the walk in front of them: `python -m bench.graph_of_servers PORT PORT2`.

It ends as the walk. All are in one process group, so that the bench ends them together.
"""

from __future__ import annotations

import os
import subprocess
import sys

from .graph import COMMAND, UNITS
from .process import free_ports


def main() -> None:
    port, port2 = sys.argv[1:]
    options = []
    for (name, server), own_port in zip(UNITS.items(), free_ports(len(UNITS)), strict=True):
        variables = {variable: text.format(port=own_port) for variable, text in server.install().items()}
        subprocess.Popen(server.command, cwd=server.folder, env={**os.environ, **variables})
        options += ["--unit", f"{name}=http://127.0.0.1:{own_port}"]
    command = [word.format(port=port, port2=port2) for word in COMMAND]
    os.execv(command[0], [*command, *options])


if __name__ == "__main__":
    main()
