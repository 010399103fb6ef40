"""seldon_runtime.system.connections: the sockets of a port that another part of this process has."""

import os
import socket

import pytest
from seldon_runtime.system.connections import close_listeners, connections
from support.waiting import eventually


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def port_of(listener):
    return listener.getsockname()[1]


@pytest.fixture
def pair(listener):
    """The client's and the server's end of a connection with that port."""
    with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as accepted:
        yield client, accepted


def test_a_listener_is_closed_and_its_owner_keeps_its_descriptor(listener, pair):
    client, accepted = pair
    close_listeners(port_of(listener))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(accepted.getsockname())
    client.sendall(b"x")
    assert accepted.recv(1) == b"x"
    os.fstat(listener.fileno())


def test_connections_of_the_port_are_found_and_their_end_is_seen(listener, pair):
    client, accepted = pair
    (found,) = connections(port_of(listener))
    found.send(b"beside")
    assert client.recv(6) == b"beside"
    assert found.is_open
    found.close()
    accepted.sendall(b"x")
    assert client.recv(1) == b"x"
    (found,) = connections(port_of(listener))
    client.close()
    eventually(lambda: not found.is_open, "the end was seen")
    found.close()
    assert connections(port_of(listener)) == []


def test_a_connection_is_quiet_once_nothing_is_on_its_way(listener, pair):
    client, accepted = pair
    (found,) = connections(port_of(listener))
    accepted.setblocking(False)
    sent = accepted.send(b"x" * 50_000_000)
    assert not found.is_quiet()
    assert not found.is_quiet()
    while sent:
        sent -= len(client.recv(1_000_000))
    eventually(found.is_quiet, "all had been read")
    found.close()


def test_no_descriptor_is_left(listener, pair):
    before = os.listdir("/proc/self/fd")
    for connection in connections(port_of(listener)):
        connection.close()
    close_listeners(1)
    assert os.listdir("/proc/self/fd") == before
