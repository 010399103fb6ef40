import os
import sys

import pytest


@pytest.fixture(autouse=True)
def same_folder(monkeypatch):
    """An inline component may change it, and imports leave no files behind."""
    here = os.getcwd()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    os.chdir(here)
