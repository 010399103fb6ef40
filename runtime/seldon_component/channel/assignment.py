"""The first frame that a component gets: what it serves, and how. The server needs no more of a component than this."""

import collections

# What the server tells a component.
#   model: MODEL_NAME. folder: of the source. service_type: a key of service_types.SERVICE_TYPES, or None.
#   parameters: constructor arguments. unit_id: its key in `meta.routing`. onnx_engine: ONNX_ENGINE or None.
#   method: MODEL_METHOD or None. threads: how many an engine or a library may use.
#   state: the fields of a StateAssignment; None if its state is not kept.
#   image: PREDICTIVE_UNIT_IMAGE, for `meta.requestPath`; None if it, or the unit's id, is not set.
#   is_timed: whether each response says when the class worked on it.
#   log: the fields of a LogAssignment; None: the log of the class's process is as plain Python has it.
Assignment = collections.namedtuple(
    "Assignment", "model folder service_type parameters unit_id onnx_engine method threads state image is_timed log")
# How the state of a component is kept.
#   channel, file: descriptors. forks: whether a forked copy takes the snapshots. timeout: seconds for one snapshot.
StateAssignment = collections.namedtuple("StateAssignment", "channel file forks timeout")
# How the class's process logs. level: a number of `logging`. format: of log_lines. descriptor: what it writes to.
LogAssignment = collections.namedtuple("LogAssignment", "level format descriptor")
