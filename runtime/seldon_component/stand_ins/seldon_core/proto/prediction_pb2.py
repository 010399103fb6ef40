"""Each message of prediction.proto, under its name."""

from seldon_component.proto import classes

globals().update((name, classes.message_class(name)) for name in classes.message_names())
