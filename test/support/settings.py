"""The settings of a folder, outside of any pod."""

from seldon_runtime.config.environment import read_settings


def read(folder, *arguments):
    return read_settings(arguments, folder, folder / "no-annotations")
