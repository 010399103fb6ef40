"""The engines that can serve an ONNX file, and which of them does."""

from .. import compat
from ..errors import EngineNotFound, OnnxNotLoaded
from . import engine_names as choices
from . import engine_ngraph, engine_onnxruntime, engine_openvino, nodes

# ONNX_ENGINE's word -> the engine
ENGINES = tuple(zip(choices.ENGINES, (engine_ngraph, engine_onnxruntime, engine_openvino)))


def load(path, name, wanted, threads):
    """(engine, its loaded session) for the ONNX file at `path`, which errors call `name`.

    wanted: ONNX_ENGINE, or None for the first one that is installed. threads: how many the engine may use.
    Raises EngineNotFound or OnnxNotLoaded.
    """
    engine = _engine(name, wanted)
    try:
        return engine, engine.Session(path, threads)
    except OnnxNotLoaded as error:
        raise OnnxNotLoaded(u"%s: %s" % (name, error))
    except Exception as error:
        failed, words = _failure(path, lambda part: engine.Session(part, threads), error)
        raise OnnxNotLoaded(u"%s: %s cannot %s: %s\n%s." % (name, engine.TITLE, failed, words.strip(), engine.ADVICE))


def _failure(path, load, error):
    """(what the engine cannot do, what it says of it)"""
    try:
        node, words = nodes.first_that_fails(path, load)
    except (ValueError, EnvironmentError):  # no ONNX file at all, or a folder that is not ours
        node, words = u"", u""
    return (u"compute node %s" % node, words) if node else (u"load it", compat.error_text(error))


def _engine(name, wanted):
    installed = [word for word, engine in ENGINES if compat.module_exists(engine.PACKAGE)]
    if wanted in installed or (wanted is None and installed):
        return dict(ENGINES)[wanted or installed[0]]
    raise EngineNotFound(
        u"%s: %s is not installed. Installed: %s. Add onnxruntime (or openvino) to requirements.txt, or build with the "
        u"builder seldon-core-s2i-python3-ngraph-onnx, which has nGraph" % (
            name, "an engine for ONNX files" if wanted is None else "ONNX_ENGINE=" + wanted,
            ", ".join(installed) or "none"))
