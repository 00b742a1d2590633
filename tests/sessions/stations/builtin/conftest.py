"""One host of the built-in agent for all tests of a file."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from tests.support.stations.factory import Process, builtin_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    if importlib.util.find_spec("litellm") is None:
        pytest.skip("needs the extra `models`")
    process = builtin_host(tmp_path_factory.mktemp("host"))
    yield process
    process.end()
