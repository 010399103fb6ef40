"""What the class's process can and cannot see of the server: docs/internals.md, "What is isolated"."""

import os

import pytest
from support.server import RUNTIME, Server

SPYING = """
import os

def attempt(call):
    try:
        call()
    except (IOError, OSError):
        return "closed"
    return "open"

class Spying(object):
    def predict(self, X):
        server = "/proc/%d/" % os.getppid()
        found = dict((name, attempt(lambda: open(server + name, "rb").read(1))) for name in ("environ", "maps"))
        found["mem"] = attempt(lambda: os.close(os.open(server + "mem", os.O_RDWR)))
        found["descriptors"] = attempt(lambda: os.readlink(server + "fd/0"))
        found["own environ"] = attempt(lambda: open("/proc/self/environ", "rb").read(1))
        return dict(found, variables=dict(os.environ), uid=os.getuid(), gid=os.getgid(), groups=os.getgroups(),
                    inherited=self.inherited)

    def load(self):
        self.inherited = sorted(os.readlink("/proc/self/fd/" + name).split(":")[0] for name in os.listdir("/proc/self/fd")
                                if int(name) > 2 and os.path.exists("/proc/self/fd/" + name)
                                and not os.path.samefile("/proc/self/fd/" + name, "/proc/self/fd/2"))
"""
# Root may read the memory of each process. So the server runs as somebody else, who may read the interpreters.
SOMEBODY = 12345
# With this a process of any user may read the interpreters; the last option is for access(2).
READING = ("setpriv", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--securebits=+no_setuid_fixup")
AS_SOMEBODY = (*READING, f"--reuid={SOMEBODY}")
PASSWORD = "a-password-of-redis"
UNSET = {"MODEL_UID": ""}  # the driver sets it


@pytest.fixture(scope="module")
def seen(model_python, tmp_path_factory):
    """What the class sees, on each Python."""
    folder = tmp_path_factory.mktemp("spying")
    folder.chmod(0o755)
    (folder / "Spying.py").write_text(SPYING)
    command = (*(AS_SOMEBODY if os.getuid() == 0 else ()), *RUNTIME, "Spying")
    server = Server(folder, folder, command, MODEL_PYTHON=model_python, PERSISTENCE_KEY="k" * 16, REDIS_PASSWORD=PASSWORD,
                    PERSISTENCE_URL=f"redis://:{PASSWORD}@localhost:1/0")
    yield server.start().wait_until_ready().predict({"strData": "look"}).json()["jsonData"]
    server.stop()


@pytest.mark.parametrize("what", ["environ", "maps", "mem", "descriptors"])
def test_the_server_is_closed_to_the_class_of_the_same_user(seen, what):
    assert (seen[what], seen["own environ"]) == ("closed", "open")
    assert seen["uid"] == (os.getuid() or SOMEBODY)


def test_the_class_has_no_secret_of_the_server(seen):
    assert not [name for name, text in seen["variables"].items() if PASSWORD in text or text == "k" * 16]


def test_the_class_inherits_its_channel_and_its_counters_and_nothing_else(seen):
    sockets = seen["inherited"].count("socket")
    own = ("/dev/", "libffi")  # libffi opens itself, if the class's process uses ctypes
    others = [name for name in seen["inherited"] if name != "socket" and not any(part in name for part in own)]
    assert (sockets, len(others)) == (1, 1), seen["inherited"]


@pytest.mark.parametrize(("owner", "group", "variables", "expected"), [
    (23456, 34567, UNSET, (23456, 34567)), (23456, 0, UNSET, (23456, 23456)), (0, 0, UNSET, (1001, 1001)),
    (0, 0, {"MODEL_UID": "45678"}, (45678, 45678)), (23456, 0, {"MODEL_UID": "0"}, (0, 0)),
])
def test_the_class_of_a_server_that_is_root_has_a_user_of_its_own(owner, group, variables, expected, model_python, tmp_path):
    """Of a server that is somebody else's it has the same user."""
    (tmp_path / "Spying.py").write_text(SPYING)
    is_root = os.getuid() == 0
    if is_root:
        os.chown(tmp_path, owner, group)
    server = Server(tmp_path, tmp_path / "log", (*(READING if is_root else ()), *RUNTIME, "Spying"),
                    MODEL_PYTHON=model_python, **variables).start()
    try:
        found = server.wait_until_ready().predict({"strData": "look"}).json()["jsonData"]
        assert (found["uid"], found["gid"]) == (expected if is_root else (os.getuid(), os.getgid()))
        assert not is_root or expected == (0, 0) or (0 not in found["groups"] and found["mem"] == "closed")
        os.kill(server.process.pid, 0)
    finally:
        assert server.stop() == 0
