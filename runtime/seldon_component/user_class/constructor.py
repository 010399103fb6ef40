"""What a class's constructor takes, as plain values: the names, types and defaults of its arguments."""

from .. import compat

# the type of a default -> the type of PREDICTIVE_UNIT_PARAMETERS and its text. Exact types: an Enum is no plain value
_TEXTS = {
    bool: (u"BOOL", lambda value: u"true" if value else u"false"),
    float: (u"FLOAT", lambda value: compat.to_text(repr(value))),
    str: (u"STRING", compat.to_text),
    compat.text_type: (u"STRING", compat.to_text),
}
_TEXTS.update((kind, (u"INT", lambda value: u"%d" % value)) for kind in compat.integer_types)


def arguments_of(cls):
    """A dict for each argument, in their order; [] if Python cannot tell them (C code).

    name. required: whether there is no default. type, value: of a default that PREDICTIVE_UNIT_PARAMETERS can have;
    None for another one.
    """
    signature = compat.parameters_of(cls)
    if signature is None:
        return []
    return [_argument(name, signature.optional) for name in signature.names + signature.keyword_only]


def _argument(name, defaults):
    kind, text = _TEXTS.get(type(defaults.get(name)), (None, None))
    return {u"name": compat.to_text(name), u"required": name not in defaults,
            u"type": kind, u"value": text(defaults[name]) if kind else None}
