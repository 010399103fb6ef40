"""The class's own use of `logging`: the root logger shows its records, unless the class has handlers of its own."""

import functools
import logging

from . import log_lines, log_text


def set_up(level, handler=None):
    """Give the root logger a level and a handler, before the class is imported.

    The handler shows no record that a handler of the class gets, so nothing is shown twice. `logging.basicConfig` takes
    it away, so it works for the class as without us. handler: default: one that writes to standard error.
    """
    handler = handler or ClassHandler()
    handler.addFilter(_Unhandled(handler))
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    logging.basicConfig = _without(handler, logging.basicConfig)


class ClassHandler(logging.Handler):
    """Writes past the class's streams, which it may have closed or replaced."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.setFormatter(log_lines.class_formatter())

    def emit(self, record):
        """Raises nothing."""
        try:
            text = self.format(record) + u"\n"
        except Exception:
            self.handleError(record)
        else:
            log_text.write(text)


class _Unhandled(object):
    """The filter of a handler of the root logger: lets a record pass that no other handler gets."""

    def __init__(self, handler):
        self._handler = handler

    def filter(self, record):
        logger = logging.root.manager.loggerDict.get(record.name)
        while isinstance(logger, logging.Logger):
            if self._has_another(logger):
                return False
            logger = logger.parent
        return not self._has_another(logging.root)

    def _has_another(self, logger):
        return any(one is not self._handler and not isinstance(one, logging.NullHandler) for one in logger.handlers)


def _without(handler, basic_config):
    @functools.wraps(basic_config)
    def replacement(*arguments, **named):
        logging.root.removeHandler(handler)
        return basic_config(*arguments, **named)

    return replacement
