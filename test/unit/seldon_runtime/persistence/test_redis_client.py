"""seldon_runtime.persistence.redis_client: URLs of a database, of a socket, with an ACL, with TLS and of Sentinels; passwords."""

import subprocess

import pytest
import redis
from seldon_runtime.errors import StateUnreachable
from seldon_runtime.persistence.redis_client import location, without_secrets
from seldon_runtime.persistence.redis_store import RedisStore
from support.redis_server import RedisServer
from support.server import free_port
from support.stores import NAME, UrlPlace, read, repository, write, write_and_read
from support.waiting import eventually

SECRET = "s3cret/%"
QUOTED = "s3cret%2F%25"


def reachable(url):
    try:
        RedisStore(url, NAME, 3).current()
    except StateUnreachable:
        return False
    return True


def test_a_database_number(redis_server):
    write_and_read(f"redis://127.0.0.1:{redis_server.port}/5")
    with redis.Redis(port=redis_server.port, db=5) as client:
        assert client.exists(NAME)


def test_a_unix_socket(tmp_path):
    server = RedisServer(tmp_path / "unix", "--unixsocket", str(tmp_path / "socket")).wait_until_ready()
    write_and_read(f"unix://{tmp_path}/socket?db=1")
    server.kill()


RIGHTS = "~persistence_* ~{persistence_* +strlen +getrange +set +setrange +eval +get +del +exists +rename +persist"


@pytest.fixture(params=["", " +evalsha"], ids=["without evalsha", "with evalsha"])
def guarded(request, tmp_path):
    """A Redis whose one user may use our keys only."""
    rights = RIGHTS + request.param
    (tmp_path / "users").write_text(f"user default off\nuser saver on >{SECRET} {rights}\n")
    server = RedisServer(tmp_path / "acl", "--aclfile", str(tmp_path / "users"))
    yield server
    server.kill()


def test_a_user_of_an_acl_with_the_documented_rights(guarded):
    url = f"redis://saver:{QUOTED}@127.0.0.1:{guarded.port}/0"
    eventually(lambda: reachable(url), "Redis responded")
    write_and_read(url)


def test_no_error_contains_the_password(guarded):
    url = f"redis://saver:{QUOTED}wrong@127.0.0.1:{guarded.port}/0"
    eventually(lambda: reachable(f"redis://saver:{QUOTED}@127.0.0.1:{guarded.port}/0"), "Redis responded")
    with pytest.raises(StateUnreachable, match="invalid username-password pair") as caught:
        RedisStore(url, NAME, 3).current()
    assert "s3cret" not in str(caught.value)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A CA and a server's certificate for 127.0.0.1: ca.crt, server.crt, server.key."""
    folder = tmp_path_factory.mktemp("tls")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    ca = ["-subj", "/CN=ca", "-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.crt"]
    subprocess.run([*new, *ca], cwd=folder, check=True, capture_output=True)
    subprocess.run([*new, "-subj", "/CN=redis", "-keyout", "server.key", "-out", "server.crt", "-CA", "ca.crt", "-CAkey", "ca.key",
                    "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def secured(certificates, tmp_path):
    files = [f"--tls-{kind}-file {certificates}/{name}" for kind, name in (("cert", "server.crt"), ("key", "server.key"), ("ca-cert", "ca.crt"))]
    port = free_port()
    options = ["--port", "0", "--tls-port", str(port), *" ".join(files).split(), "--tls-auth-clients", "no"]
    server = RedisServer(tmp_path / "tls", *options, "--requirepass", SECRET)
    yield port
    server.kill()


def test_tls_with_an_own_ca_and_a_password(secured, certificates):
    url = f"rediss://:{QUOTED}@127.0.0.1:{secured}/0?ssl_ca_certs={certificates}/ca.crt"
    eventually(lambda: reachable(url), "Redis responded")
    write_and_read(url)


def test_a_certificate_of_an_unknown_ca_is_refused(secured, certificates):
    eventually(lambda: reachable(f"rediss://:{QUOTED}@127.0.0.1:{secured}/0?ssl_ca_certs={certificates}/ca.crt"), "Redis responded")
    with pytest.raises(StateUnreachable, match="certificate verify failed") as caught:
        RedisStore(f"rediss://:{QUOTED}@127.0.0.1:{secured}/0", NAME, 3).current()
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def watched(tmp_path):
    """(port of the Sentinel, master, replica)."""
    auth = ("--requirepass", SECRET, "--masterauth", SECRET)
    master = RedisServer(tmp_path / "master", *auth).wait_until_ready(password=SECRET)
    replica = RedisServer(tmp_path / "replica", *auth, "--replicaof", f"127.0.0.1 {master.port}")
    port = free_port()
    (tmp_path / "sentinel.conf").write_text(
        f"sentinel monitor shop 127.0.0.1 {master.port} 1\nsentinel down-after-milliseconds shop 300\n"
        f"sentinel failover-timeout shop 3000\nsentinel auth-pass shop {SECRET}\n")
    command = ["redis-server", str(tmp_path / "sentinel.conf"), "--sentinel", "--port", str(port), "--bind", "127.0.0.1"]
    with (tmp_path / "log").open("w") as log:
        sentinel = subprocess.Popen(command, stdout=log, stderr=log)
    with redis.Redis(port=replica.port, password=SECRET) as client:
        eventually(lambda: answers_in_sync(client), "the replica was in sync")
    yield port, master, replica
    for process in (sentinel, master.process, replica.process):
        process.kill()
        process.wait()


def answers_in_sync(client):
    try:
        return client.info("replication")["master_link_status"] == "up"
    except redis.exceptions.RedisError:
        return False


def test_a_sentinel_names_the_master_and_after_a_failover_the_new_one(watched):
    port, master, replica = watched
    url = f"redis+sentinel://:{QUOTED}@127.0.0.1:1,127.0.0.1:{port}/shop/0"
    eventually(lambda: reachable(url), "the Sentinel knew the master")
    with redis.Redis(port=port) as sentinel:
        eventually(lambda: sentinel.sentinel_master("shop")["num-slaves"] == 1, "the Sentinel knew the replica")
    write_and_read(url)
    one = repository(UrlPlace(url))
    version = one.version()
    with redis.Redis(port=master.port, password=SECRET) as client:
        client.wait(1, 5000)
    master.kill()
    eventually(lambda: reachable(url), "the Sentinel had made the replica the master")
    assert one.version() == version
    assert read(one)[1] == b"two"
    assert one.store.acquire("me", 60)
    write(one, b"three", replaces=version, owner="me", generation=3)
    assert read(one)[1] == b"three"


@pytest.mark.parametrize(("url", "shown"), [
    ("redis://u:p@h:1/2?ssl_ca_certs=/x", "redis://h:1/2"), ("redis+sentinel://:p@h:1,i:2/shop/0", "redis+sentinel://h:1,i:2/shop/0"),
    ("unix:///a/b?password=p", "unix:///a/b"),
])
def test_a_location_has_no_password(url, shown):
    assert location(url) == shown


def test_every_secret_of_the_url_is_removed_from_a_text():
    url = f"redis+sentinel://u:{QUOTED}@h/n?sentinel_password=hush"
    assert without_secrets(f"AUTH {SECRET} {QUOTED} hush", url) == "AUTH *** *** ***"
