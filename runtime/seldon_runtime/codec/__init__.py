"""Turns the bytes of JSON and protobuf messages into payloads and back, fast where the message is plain.

It never decides what a message means: `seldon_component.codec` does.
"""
