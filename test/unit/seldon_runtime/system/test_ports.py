"""seldon_runtime.system.ports: which addresses a port is reserved on."""

import errno
import socket

import pytest
from seldon_runtime.errors import BadSetting, PortTaken
from seldon_runtime.system import ports
from support.server import free_port


@pytest.fixture
def without_ipv6(monkeypatch):
    """A function: whether the kernel has no IPv6 at all, or no address of it."""

    def turn_off(at_all):
        monkeypatch.setattr(socket, "socket", WithoutFamily if at_all else WithoutAddress)

    return turn_off


class WithoutAddress(socket.socket):
    def bind(self, address):
        if self.family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        super().bind(address)


class WithoutFamily(WithoutAddress):
    def __init__(self, family=socket.AF_INET, *more):
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        super().__init__(family, *more)


@pytest.mark.parametrize("at_all", [True, False])
def test_a_machine_without_ipv6_has_the_port_on_ipv4(at_all, without_ipv6):
    without_ipv6(at_all)
    port = free_port()
    reserved = ports.reserve(port)
    assert reserved.getsockname() == ("0.0.0.0", port)
    with ports.given_up(reserved) as address:
        assert address == f"0.0.0.0:{port}"


def test_an_address_of_ipv6_is_none_of_such_a_machine(without_ipv6):
    without_ipv6(True)
    with pytest.raises(BadSetting, match="HOST: expected an address of this machine, found '::1'; use :: for"):
        ports.reserve(free_port(), "::1")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "fe80::1", "fe80::1%nowhere"])
def test_an_address_of_another_machine_is_named(host):
    with pytest.raises(BadSetting, match=f"found '{host}'"):
        ports.reserve(free_port(), host)


@pytest.mark.parametrize(("host", "address"), [("::", "[::]"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
def test_grpcio_gets_the_address_as_it_writes_it(host, address):
    port = free_port()
    with ports.given_up(ports.reserve(port, host)) as found:
        assert found == f"{address}:{port}"


def test_for_grpcio_somebody_has_the_port_of_ipv6_while_it_takes_that_of_ipv4():
    """Else it would listen on both."""
    port = free_port()
    with ports.given_up(ports.reserve(port, ports.ALL_OF_IPV4)):
        assert not is_free(port)
    assert is_free(port)


def is_free(port):
    """Whether the port of every address of IPv6 is."""
    try:
        ports.reserve(port).close()
    except PortTaken:
        return False
    return True
