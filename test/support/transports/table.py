"""The transports of Seldon's own protocol, and those of every protocol."""

from .interface import Transport
from .seldon import Grpc, Rest
from .v1 import V1
from .v2 import V2Binary, V2Json, V2Raw, V2Typed

TRANSPORTS: tuple[type[Rest] | type[Grpc], ...] = (Rest, Grpc)
EVERY_TRANSPORT: tuple[type[Transport], ...] = (*TRANSPORTS, V2Json, V2Binary, V2Typed, V2Raw, V1)
