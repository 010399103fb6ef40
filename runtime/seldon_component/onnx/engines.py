"""The engines that can serve an ONNX file, and which of them does."""

from .. import compat
from ..errors import EngineNotFound, OnnxNotLoaded
from . import choices, engine_ngraph, engine_onnxruntime, engine_openvino

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
        raise OnnxNotLoaded(u"%s: %s cannot load it: %s\n%s." % (
            name, engine.TITLE, compat.error_text(error).strip(), engine.ADVICE))


def _engine(name, wanted):
    installed = [word for word, engine in ENGINES if compat.module_exists(engine.PACKAGE)]
    if wanted in installed or (wanted is None and installed):
        return dict(ENGINES)[wanted or installed[0]]
    raise EngineNotFound(
        u"%s: %s is not installed. Installed: %s. Add onnxruntime (or openvino) to requirements.txt, or build with the "
        u"builder seldon-core-s2i-python3-ngraph-onnx, which has nGraph" % (
            name, "an engine for ONNX files" if wanted is None else "ONNX_ENGINE=" + wanted,
            ", ".join(installed) or "none"))
