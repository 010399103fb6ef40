"""What an object of the user's class says of its inputs and outputs before its first request."""

from .. import compat
from ..codec import values

_LISTS = (u"inputs", u"outputs", u"versions")


def declared_metadata(init_metadata):
    """The lists of the metadata, by their keys: [] for one that is absent. init_metadata: the hook, or None.

    /metadata checks the metadata when a client requests them.
    """
    metadata = init_metadata() if init_metadata else None
    found = metadata if isinstance(metadata, dict) else {}
    return dict((key, [] if found.get(key) is None else values.plain(found[key], key)) for key in _LISTS)


def trained_features(user):
    """{"names": list of text, "count": number} of the first attribute that is a trained model, else {}.

    Such a model has `n_features_in_`, and perhaps `feature_names_in_`, as those of scikit-learn have.
    """
    for model in list(getattr(user, "__dict__", {}).values()):
        count = getattr(model, "n_features_in_", None)
        if isinstance(count, compat.integer_types) and not isinstance(count, bool):
            names = [values.key_text(name) for name in getattr(model, "feature_names_in_", ())]
            return {u"names": names, u"count": count}
    return {}
