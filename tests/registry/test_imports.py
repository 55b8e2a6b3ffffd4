import subprocess
import sys

import pytest

ASKS = """
import sys
from bot.registry.adapter import OciRegistry
registry = OciRegistry(environment={})
registry._client
print(*sys.modules)
"""


@pytest.mark.parametrize("library", ["requests", "urllib3", "jsonschema", "dataclasses", "email.mime"])
def test_what_asks_a_registry_without_a_proxy_loads_no_library_that_it_does_not_use(library: str) -> None:
    done = subprocess.run([sys.executable, "-c", ASKS], check=True, capture_output=True, text=True)
    assert "oras.container" in done.stdout.split()
    assert library not in done.stdout.split()
