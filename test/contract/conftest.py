"""One server at a time: the tests are in the order of its columns and models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium import webdriver
from support.contract_servers import Column, ContractServer
from support.echo_requests import LIMIT
from support.page import Page


@pytest.fixture(scope="session")
def serve(model_python_of: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., ContractServer]]:
    """`serve(model, column, folder=…, **variables)`: the ready server; asking for another one ends it."""
    running: dict[object, ContractServer] = {}

    def stop_all() -> None:
        while running:
            running.popitem()[1].close()

    def serve(model: str, column: Column, **variables: Any) -> ContractServer:
        key = (model, column, tuple(variables.items()))
        if key not in running or running[key].process.poll() is not None:
            stop_all()
            running[key] = ContractServer(model, column, model_python_of, tmp_path_factory.mktemp("server"), **variables)
            running[key].wait_until_ready()
        return running[key]

    yield serve
    stop_all()


@pytest.fixture(scope="module", params=[Column("separate", None), Column("inline", None)], ids=str)
def server(request: pytest.FixtureRequest, serve: Callable[..., ContractServer]) -> ContractServer:
    """Of the class Echo, for tests of HTTP itself. A file that tests another class has its own fixture of this name."""
    return serve("Echo", request.param, MAX_BODY_BYTES=str(LIMIT))


@pytest.fixture
def page(browser: webdriver.Chrome, serve: Callable[..., ContractServer]) -> Page:
    """The page of the class Anything."""
    return Page(browser, serve("Anything", Column("separate", None)).url)
