"""Message bytes <-> Payload, a module a wire format."""
