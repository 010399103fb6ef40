"""The rules of the walk (docs/graph.md), a row each. Each unit is `test/apps/graph-unit` with the row's parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

_CLASS = ("branch", "fails", "tag", "counts", "log")  # parameters of the class; all others are keys of the graph


class Row(NamedTuple):
    """graph: see `node`. request, response: bodies. status: of an error, whose text has all of `info`.

    log: the lines that the units write on a feedback, in any order unless `in_order`.
    """

    name: str
    graph: dict[str, Any]
    request: dict[str, Any]
    response: dict[str, Any] = {}
    status: int = 200
    info: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    in_order: bool = True


def node(kind: str, name: str, *children: dict[str, Any], methods: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A unit of a graph file. kind: its type or, for a built-in one, its implementation. more: of _CLASS, or
    parameters of a built-in one."""
    is_built_in = kind in ("SIMPLE_MODEL", "SIMPLE_ROUTER", "RANDOM_ABTEST", "EPSILON_GREEDY", "AVERAGE_COMBINER")
    parameters = more if is_built_in else {"name": name, **more}
    found: dict[str, Any] = {"name": name, "implementation" if is_built_in else "type": kind}
    if methods:
        found["methods"] = list(methods)
    if parameters:
        found["parameters"] = [{"name": key, "type": _TYPES[type(value)], "value": str(value)} for key, value in parameters.items()]
    if children:
        found["children"] = list(children)
    return found


_TYPES = {str: "STRING", int: "INT", float: "FLOAT"}


def text(data: str, **meta: Any) -> dict[str, Any]:
    return {"meta": {"puid": "p", **meta}, "strData": data}


def feedback(**routing: Any) -> dict[str, Any]:
    return {"request": text("x"), "response": text("y", routing=routing), "reward": 0.5}


def answer(data: str, *units: str, **meta: Any) -> dict[str, Any]:
    """units: in `requestPath`."""
    return {"strData": data, "meta": {"puid": "p", "requestPath": sorted(units), **meta}}


_M, _N = node("MODEL", "m"), node("MODEL", "n")
_X = text("x")

ROWS = (
    Row("a model alone", _M, _X, answer("x>m.predict", "m")),
    Row("a transformer is called before its child", node("TRANSFORMER", "t", _M), _X,
        answer("x>t.in>m.predict", "t", "m", routing={"t": -1})),
    Row("an output transformer is called behind its child", node("OUTPUT_TRANSFORMER", "t", _M), _X,
        answer("x>m.predict>t.out", "t", "m", routing={"t": -1})),
    Row("a model gives its response to its child", node("MODEL", "m", _N), _X,
        answer("x>m.predict>n.predict", "m", "n", routing={"m": -1})),
    Row("type and methods are joined", node("MODEL", "m", _N, methods=("TRANSFORM_OUTPUT",)), _X,
        answer("x>m.predict>n.predict>m.out", "m", "n", routing={"m": -1})),
    Row("TRANSFORM_INPUT wins over MODEL", node("MODEL", "m", methods=("TRANSFORM_INPUT",)), _X, answer("x>m.in", "m")),
    Row("a unit without a type for it passes a message on", node("UNKNOWN_TYPE", "u", _M, methods=("SEND_FEEDBACK",)), _X,
        answer("x>m.predict", "m", routing={"u": -1})),
    Row("a router chooses a child, which gets the router's message", node("ROUTER", "r", _M, _N, branch=1), _X,
        answer("x>n.predict", "r", "n", routing={"r": 1})),
    Row("a router without a choice asks all and returns the first response", node("ROUTER", "r", _M, _N, branch=-1), _X,
        answer("x>m.predict", "r", "m", "n", routing={"r": -1})),
    Row("with -2 a message goes back as it is", node("ROUTER", "r", _M, _N, branch=-2, methods=("TRANSFORM_OUTPUT",)), _X,
        answer("x>r.out", "r", routing={"r": -2})),
    Row("with -2 units above the router still get the response", node("OUTPUT_TRANSFORMER", "t", node("ROUTER", "r", _M, branch=-2)),
        _X, answer("x>t.out", "t", "r", routing={"t": -1, "r": -2})),
    Row("a router that says no number", node("ROUTER", "r", _M, branch="no"), _X, status=500, info=("unit 'r'", "route")),
    Row("a branch that does not exist", node("ROUTER", "r", _M, _N, branch=2), _X, status=500,
        info=("unit 'r'", "expected 0 to 1", "found 2")),
    Row("a branch below -2", node("ROUTER", "r", _M, branch=-3), _X, status=500, info=("unit 'r'", "found -3")),
    Row("a combiner gets the responses in the order of its children", node("COMBINER", "c", _M, _N), _X,
        answer("(x>m.predict+x>n.predict)>c.all", "c", "m", "n", routing={"c": -1})),
    Row("a combiner with one child", node("COMBINER", "c", _M), _X, answer("(x>m.predict)>c.all", "c", "m", routing={"c": -1})),
    Row("a router that combines, too", node("ROUTER", "r", _M, _N, branch=0, methods=("AGGREGATE",)), _X,
        answer("(x>m.predict)>r.all", "r", "m", routing={"r": 0})),
    Row("a graph of every kind", node("TRANSFORMER", "t", node("ROUTER", "r", node("COMBINER", "c", _M, _N), node("MODEL", "o"),
                                                            branch=0), methods=("TRANSFORM_OUTPUT",)), _X,
        answer("(x>t.in>m.predict+x>t.in>n.predict)>c.all>t.out", "t", "r", "c", "m", "n", routing={"t": -1, "r": 0, "c": -1})),
    Row("tags of earlier units stay, and a later unit's own win",
        node("TRANSFORMER", "t", node("MODEL", "m", node("MODEL", "n", tag="b=n"), tag="a=m"), tag="a=t"),
        text("x", tags={"a": "client", "c": "client"}),
        answer("x>t.in>m.predict>n.predict", "t", "m", "n", routing={"t": -1, "m": -1}, tags={"a": "m", "b": "n", "c": "client"})),
    Row("a router's tags stay", node("ROUTER", "r", _M, branch=0, tag="a=r"), _X,
        answer("x>m.predict", "r", "m", routing={"r": 0}, tags={"a": "r"})),
    Row("tags of all children stay", node("COMBINER", "c", node("MODEL", "m", tag="m=1"), node("MODEL", "n", tag="n=2")), _X,
        answer("(x>m.predict+x>n.predict)>c.all", "c", "m", "n", routing={"c": -1}, tags={"m": "1", "n": "2"})),
    Row("metrics of all units, each with its unit", node("TRANSFORMER", "t", node("MODEL", "m", counts=2), counts=1), _X,
        answer("x>t.in>m.predict", "t", "m", routing={"t": -1}, metrics=[
            {"type": "COUNTER", "key": "calls", "value": 1, "tags": {"model_name": "t"}},
            {"type": "COUNTER", "key": "calls", "value": 2, "tags": {"model_name": "m"}}])),
    Row("a client cannot say what only the walk may say", _M,
        text("x", routing={"q": 3}, requestPath={"q": "image"}, metrics=[{"type": "COUNTER", "key": "k", "value": 1}]),
        answer("x>m.predict", "m")),
    Row("a unit's error has its status, and names the unit", node("TRANSFORMER", "t", node("MODEL", "m", fails="predict")), _X,
        status=418, info=("unit 'm'", "m has failed")),
    Row("of two children that fail, the first one's error",
        node("COMBINER", "c", node("MODEL", "m", fails="predict"), node("MODEL", "n", fails="predict")), _X,
        status=418, info=("unit 'm'",)),
    Row("a router that fails", node("ROUTER", "r", _M, fails="route"), _X, status=418, info=("unit 'r'",)),
    Row("a combiner that fails", node("COMBINER", "c", _M, fails="all"), _X, status=418, info=("unit 'c'",)),
    Row("feedback: the route's units, children first",
        node("ROUTER", "r", node("MODEL", "m", log="L"), node("MODEL", "n", log="L"), branch=1, log="L"),
        feedback(r=1), {}, log=("n 0.5", "r 0.5")),
    Row("feedback without routing reaches all children",
        node("ROUTER", "r", node("MODEL", "m", log="L"), node("MODEL", "n", log="L"), log="L"),
        feedback(), {}, log=("m 0.5", "n 0.5", "r 0.5"), in_order=False),
    Row("feedback passes units that do not learn",
        node("TRANSFORMER", "t", node("COMBINER", "c", node("MODEL", "m", log="L"), node("MODEL", "n", log="L"))),
        feedback(t=-1, c=-1), {}, log=("m 0.5", "n 0.5"), in_order=False),
    Row("feedback: SEND_FEEDBACK among the methods", node("TRANSFORMER", "t", node("MODEL", "m", log="L"), methods=("SEND_FEEDBACK",), log="L"),
        feedback(), {}, log=("m 0.5", "t 0.5")),
    Row("feedback: a unit that fails keeps no other unit from it",
        node("ROUTER", "r", node("MODEL", "m", fails="feedback", log="L"), branch=0, log="L"),
        feedback(r=0), status=418, info=("unit 'm'",), log=("m 0.5", "r 0.5")),
    Row("feedback: a branch that does not exist is told, and the router learns",
        node("ROUTER", "r", node("MODEL", "m", log="L"), log="L"),
        feedback(r=5), status=500, info=("unit 'r'", "found 5"), log=("r 0.5",)),
    Row("SIMPLE_ROUTER takes the first child", node("SIMPLE_ROUTER", "r", _M, _N), _X,
        answer("x>m.predict", "r", "m", routing={"r": 0})),
    Row("RANDOM_ABTEST with all requests for the first", node("RANDOM_ABTEST", "r", _M, _N, ratioA=1.0), _X,
        answer("x>m.predict", "r", "m", routing={"r": 0})),
    Row("RANDOM_ABTEST with all requests for the second, and one more parameter", node("RANDOM_ABTEST", "r", _M, _N, ratioA=0.0, more=1), _X,
        answer("x>n.predict", "r", "n", routing={"r": 1})),
    Row("EPSILON_GREEDY that never explores", node("EPSILON_GREEDY", "r", _M, _N, epsilon=0.0, best_branch=1), _X,
        answer("x>n.predict", "r", "n", routing={"r": 1})),
    Row("AVERAGE_COMBINER takes numbers only", node("AVERAGE_COMBINER", "c", _M, _N), _X, status=400,
        info=("unit 'c'", "child 0: expected an array")),
    Row("AVERAGE_COMBINER and SIMPLE_MODEL", node("AVERAGE_COMBINER", "c", node("SIMPLE_MODEL", "m"), node("SIMPLE_MODEL", "n")), _X,
        {"data": {"names": ["class0", "class1", "class2"], "tensor": {"shape": [1, 3], "values": [0.1, 0.9, 0.5]}},
         "meta": {"puid": "p", "requestPath": ["c", "m", "n"], "routing": {"c": -1},
                  "metrics": [{"type": kind, "key": f"mymetric_{kind.lower()}", "value": value, "tags": {"model_name": unit}}
                              for unit in ("m", "n") for kind, value in (("COUNTER", 1.0), ("GAUGE", 100.0), ("TIMER", 22.1))]}}),
)
