"""The engines that can serve an ONNX file, and the choice between them. An engine is imported when a model needs it."""

from .. import compat
from ..errors import EngineNotFound, OnnxNotLoaded
from . import engine_names, engine_ngraph, engine_onnxruntime, engine_openvino, nodes

# (value of ONNX_ENGINE, engine). The first installed engine is used: nGraph is installed only on purpose.
ENGINES = tuple(zip(engine_names.NAMES, (engine_ngraph, engine_onnxruntime, engine_openvino)))


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
        failed, text = _failure(path, lambda part: engine.Session(part, threads), error)
        raise OnnxNotLoaded(u"%s: %s cannot %s: %s\n%s." % (name, engine.TITLE, failed, text.strip(), engine.ADVICE))


def _failure(path, load, error):
    """(what the engine cannot do, the engine's own text)"""
    try:
        node, text = nodes.first_that_fails(path, load)
    except (ValueError, EnvironmentError):  # not an ONNX file, or a folder that cannot be written to
        node, text = u"", u""
    return (u"compute node %s" % node, text) if node else (u"load it", compat.error_text(error))


def _engine(name, wanted):
    installed = [engine_name for engine_name, engine in ENGINES if compat.module_exists(engine.PACKAGE)]
    if wanted in installed:
        return dict(ENGINES)[wanted]
    if wanted is None and installed:
        return dict(ENGINES)[installed[0]]
    raise EngineNotFound(
        u"%s: %s is not installed. Installed: %s. Add onnxruntime (or openvino) to requirements.txt, or build with the "
        u"builder seldon-core-s2i-python3-ngraph-onnx, which has nGraph" % (
            name, "an engine for ONNX files" if wanted is None else "ONNX_ENGINE=" + wanted,
            ", ".join(installed) or "none"))
