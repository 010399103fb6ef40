"""Metrics of a server that has counted nothing yet."""

import pytest
from seldon_runtime.metrics import Metrics
from support.stub_model import settings


@pytest.fixture
def metrics():
    return Metrics(settings())
