"""The limit for gRPC: grpcio's synchronous server, which returns the bytes of every request. echo_grpc.py <port>"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

_ECHO = grpc.unary_unary_rpc_method_handler(lambda request, context: request)


class Everything(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return _ECHO


def main() -> None:
    options = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
    server = grpc.server(ThreadPoolExecutor(1), handlers=(Everything(),), options=options)
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    server.start()
    server.wait_for_termination()


main()
