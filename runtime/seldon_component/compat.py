"""The only module that knows Python 2."""

import collections
import gc
import sys

from . import log_lines

# names: positional parameters in order; keyword_only: names; optional: name -> default of those that have one
Signature = collections.namedtuple("Signature", "names keyword_only optional varargs varkw")

PY2 = sys.version_info[0] == 2
PYTHON_VERSION = u"%d.%d.%d" % sys.version_info[:3]

if PY2:
    import collections as abc  # noqa: F401
    import errno
    import imp
    import inspect
    import select

    import copy_reg as copyreg
    import cPickle

    COROUTINE = None  # the type of what an `async def` returns
    MARSHAL_VERSION = 0  # later ones write interned `str` in a way that Python 3 cannot read
    text_type = unicode  # noqa: F821
    integer_types = (int, long)  # noqa: F821
    buffer_types = (buffer,)  # noqa: F821

    def bytes_of(value):
        """The bytes of a bytearray, a memoryview or a buffer."""
        if isinstance(value, bytes):
            return b"".join((value,))
        return value.tobytes() if isinstance(value, memoryview) else bytes(value)

    def dataclass_fields(kind):
        """Names of the fields of a dataclass. Python 2 has none."""
        return []

    def buffer_of(array):
        """A C-contiguous ndarray's own bytes, as `socket.sendall` takes them."""
        return array.tobytes()

    def uninterrupted(call, *arguments):
        """`call(*arguments)`, again after a signal that the user's code handles, as later Pythons do (PEP 475)."""
        while True:
            try:
                return call(*arguments)
            except (EnvironmentError, select.error) as error:
                if error.args[0] != errno.EINTR:
                    raise

    def module_exists(name):
        """Whether `import name` would find a file; imports the parent packages."""
        path = None
        for part in name.split("."):
            try:
                handle, found, _ = imp.find_module(part, path)
            except ImportError:
                return False
            if handle:
                handle.close()
            path = [found]
        return True

    def parameters_of(function):
        """The Signature of a callable; None if Python cannot tell it (C code)."""
        if inspect.isclass(function):
            function = getattr(function, "__init__", object.__init__)
            if function is object.__init__:
                return Signature([], [], {}, False, False)
        elif not inspect.isroutine(function):
            function = function.__call__
        try:
            spec = inspect.getargspec(function)
        except TypeError:
            return None
        names = spec.args[1:] if inspect.ismethod(function) else spec.args
        defaults = spec.defaults or ()
        optional = dict(zip(names[len(names) - len(defaults):], defaults))
        return Signature(names, [], optional, spec.varargs is not None, spec.keywords is not None)

    def is_generator(function):
        """Whether a call of the function returns a generator."""
        return inspect.isgeneratorfunction(function)

    def result_of(value):
        """`value`; what it returns, if it is a coroutine."""
        return value

    def pickle_to(file, value, persistent_id):
        """Pickle `value`; persistent_id: as pickle.Pickler's method of that name."""
        pickler = cPickle.Pickler(file, 2)
        pickler.persistent_id = persistent_id
        pickler.dump(value)

    def unpickle_from(file, persistent_load):
        """The object in the file; persistent_load: as pickle.Unpickler's method of that name."""
        unpickler = cPickle.Unpickler(file)
        unpickler.persistent_load = persistent_load
        return unpickler.load()

else:
    import copyreg
    import importlib.util
    import inspect
    import pickle
    import threading
    import types
    from collections import abc  # noqa: F401

    try:
        import dataclasses
    except ImportError:  # Python 3.6 without the package of this name
        dataclasses = None

    COROUTINE = types.CoroutineType
    MARSHAL_VERSION = 2  # the last one that Python 2.7 reads
    text_type = str
    integer_types = (int,)
    buffer_types = ()
    bytes_of = bytes

    def dataclass_fields(kind):
        """Names of the fields of a dataclass."""
        return [field.name for field in dataclasses.fields(kind)]

    def buffer_of(array):
        """A C-contiguous ndarray's own bytes, as `socket.sendall` takes them; no copy."""
        return memoryview(array.reshape(-1).view("u1"))

    def uninterrupted(call, *arguments):
        """`call(*arguments)`, which Python itself repeats after a signal (PEP 475)."""
        return call(*arguments)

    def module_exists(name):
        """Whether `import name` would find a file; imports the parent packages."""
        parent = name.rpartition(".")[0]
        try:
            if parent and not hasattr(importlib.import_module(parent), "__path__"):
                return False  # Python 3.6 raises an AttributeError for this
            return importlib.util.find_spec(name) is not None
        except ModuleNotFoundError as error:
            if name.startswith(str(error.name)):
                return False
            raise

    def parameters_of(function):
        """The Signature of a callable; None if Python cannot tell it (C code)."""
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return None
        return Signature([p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)],
                         [p.name for p in parameters if p.kind == p.KEYWORD_ONLY],
                         {p.name: p.default for p in parameters if p.default is not p.empty},
                         any(p.kind == p.VAR_POSITIONAL for p in parameters),
                         any(p.kind == p.VAR_KEYWORD for p in parameters))

    def is_generator(function):
        """Whether a call of the function returns a generator, also one of `async def`."""
        return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)

    _loops = threading.local()

    def result_of(value):
        """`value`; what it returns, if it is a coroutine. Waits for it in this thread, which has one event loop."""
        if type(value) is not COROUTINE:
            return value
        if not hasattr(_loops, "loop"):
            import asyncio  # here, because it is slow to import

            _loops.loop = asyncio.new_event_loop()
        return _loops.loop.run_until_complete(value)

    class _Pickler(pickle.Pickler):
        def __init__(self, file, persistent_id):
            super().__init__(file, min(pickle.HIGHEST_PROTOCOL, 5))  # from 5 on arrays are written without a copy
            self._persistent_id = persistent_id

        def persistent_id(self, value):
            return self._persistent_id(value)

    class _Unpickler(pickle.Unpickler):
        def __init__(self, file, persistent_load):
            super().__init__(file)
            self._persistent_load = persistent_load

        def persistent_load(self, name):
            return self._persistent_load(name)

    def pickle_to(file, value, persistent_id):
        """Pickle `value`; persistent_id: as pickle.Pickler's method of that name."""
        _Pickler(file, persistent_id).dump(value)

    def unpickle_from(file, persistent_load):
        """The object in the file; persistent_load: as pickle.Unpickler's method of that name."""
        return _Unpickler(file, persistent_load).load()


def return_free_memory():
    """Give free memory back to the kernel, where the C library can. Python 2 keeps free numbers until it collects."""
    if PY2:
        gc.collect()
    try:
        import ctypes  # here, because most components never need it

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, OSError, AttributeError):
        pass  # another C library than glibc


def slot_names(cls):
    """Names of the attributes that a class and its bases keep in `__slots__`, as pickle finds them."""
    return copyreg._slotnames(cls)


def error_text(error):
    """The message of an exception, as text. Its arguments may be of any type."""
    try:
        return text_type(error)
    except BaseException:  # Python 2: bytes that are not ASCII
        args = BaseException.args.__get__(error) if isinstance(error, BaseException) else ()
        return b"".join(arg for arg in args if isinstance(arg, bytes)).decode("utf-8", "replace")


def readable(value):
    """`value` as text if Python 2 has made bytes of it; anything else unchanged."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def log(line, *tracebacks):
    """Write an entry to standard error: a line, and tracebacks. Each is text, or bytes of Python 2."""
    log_lines.log(readable(line), *[readable(each) for each in tracebacks])


def exact_text(value):
    """Text of the very type, for text of a subclass: its own characters, even if its methods say others."""
    return u"".join((value,))


def to_text(value):
    """Text for `value`; bytes are read as UTF-8 (Python 2's `str` is bytes).

    Raises UnicodeDecodeError when the bytes are not UTF-8.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return value if type(value) is text_type else text_type(value)
