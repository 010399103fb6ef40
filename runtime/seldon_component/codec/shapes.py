"""How large an array may be for the bytes that describe it. Sizes and repetition cost a client nothing.

docs/protocol.md, "Limits", has the rules.
"""

from ..errors import BadPayload

MAX_DIMENSIONS = 32  # that every numpy takes; its version 2 takes more
MOST_EMPTY_ROWS = 65536
MOST_EMPTY_COLUMNS = 1048576
_MOST_PADDING = 8  # places in an array of text for each character
_LONGEST = 60  # characters of a shape in an error


def check(shape, field):
    """Raises BadPayload, which names `field`, for a shape that numpy does not take or that hides large sizes.

    shape: sizes, none below 0.
    """
    if len(shape) > MAX_DIMENSIONS:
        raise BadPayload("%s: expected at most %d dimensions, found %d" % (field, MAX_DIMENSIONS, len(shape)))
    if 0 in shape and (empty_rows(shape) > MOST_EMPTY_ROWS or product(shape[shape.index(0) + 1:]) > MOST_EMPTY_COLUMNS):
        raise BadPayload("%s: expected at most %d rows and %d columns without values, found %s" % (
            field, MOST_EMPTY_ROWS, MOST_EMPTY_COLUMNS, describe(shape)))


def empty_rows(shape):
    """How many empty lists stand for an array without values. shape: with a size of 0."""
    return product(shape[:shape.index(0)])


def product(sizes):
    """How many places these sizes make; sizes of 0 count as 1, so that they do not hide the others."""
    places = 1
    for size in sizes:
        places *= max(size, 1)
    return places


def describe(shape):
    """The shape, short enough for an error message."""
    text = str(list(shape[:MAX_DIMENSIONS]))
    return text if len(text) <= _LONGEST else text[:_LONGEST - 3] + "..."


def takes_much_padding(texts):
    """Whether numpy's array of text would need much more memory than the texts: each place is as wide as the longest.

    texts: a list of text, not empty.
    """
    lengths = [len(text) for text in texts]
    return max(lengths) * len(lengths) > _MOST_PADDING * (sum(lengths) + len(lengths))
