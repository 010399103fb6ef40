"""Message classes of the wire, made by the protobuf (3.17 or later) that the interpreter has.

They have a descriptor pool of their own, because the user's class may import generated code with the same names.
Importing this module imports no protobuf; its functions do.
"""

import os

PACKAGE = "seldon.protos"
DESCRIPTOR_SET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prediction.pb")
_made = {}


def pool():
    """The DescriptorPool with the files of `prediction.pb` and those that they import. ImportError without protobuf."""
    if "pool" not in _made:
        _made["pool"] = _make_pool()
    return _made["pool"]


def message_class(name):
    """Our own class of a message, for example `SeldonMessage`."""
    if name not in _made:
        from google.protobuf import message_factory
        descriptor = pool().FindMessageTypeByName("%s.%s" % (PACKAGE, name))
        if hasattr(message_factory, "GetMessageClass"):  # 4.22 and later
            _made[name] = message_factory.GetMessageClass(descriptor)
        else:
            factory = _made.setdefault("factory", message_factory.MessageFactory(pool()))
            _made[name] = factory.GetPrototype(descriptor)
    return _made[name]


def message_names():
    """Names of all messages of prediction.proto."""
    return sorted(pool().FindFileByName("prediction.proto").message_types_by_name)


def class_in_use(name):
    """The class that generated code in this process has for a message; our own if there is none."""
    from google.protobuf import descriptor_pool
    try:
        descriptor = descriptor_pool.Default().FindMessageTypeByName("%s.%s" % (PACKAGE, name))
    except KeyError:
        return message_class(name)
    return descriptor._concrete_class  # the only way to it that every protobuf has


def any_of(data):
    """A google.protobuf.Any of its bytes; the bytes themselves without protobuf."""
    try:
        from google.protobuf import any_pb2
    except ImportError:
        return data
    return any_pb2.Any.FromString(data)


def is_any(value):
    """Whether a value is a google.protobuf.Any, of any generated code."""
    return getattr(getattr(value, "DESCRIPTOR", None), "full_name", None) == "google.protobuf.Any"


def _make_pool():
    from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, empty_pb2, struct_pb2
    made = descriptor_pool.DescriptorPool()
    for module in (any_pb2, empty_pb2, struct_pb2):
        made.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    with open(DESCRIPTOR_SET, "rb") as source:
        files = descriptor_pb2.FileDescriptorSet.FromString(source.read())
    for file in files.file:
        made.AddSerializedFile(file.SerializeToString())
    return made
