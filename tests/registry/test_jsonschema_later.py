import subprocess
import sys

import jsonschema

from bot.registry.jsonschema_later import jsonschema_later

LATER = "from bot.registry.jsonschema_later import jsonschema_later"
WITHIN = "with jsonschema_later(): import jsonschema"
LOADED = "print('jsonschema.validators' in sys.modules)"


def said_by(*lines: str) -> list[str]:
    code = "\n".join(("import sys", *lines))
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


def test_it_is_loaded_when_something_is_taken_from_it() -> None:
    assert said_by(LATER, WITHIN, LOADED, "jsonschema.validate", LOADED) == ["False", "True"]


def test_it_may_be_taken_from_while_the_library_is_still_being_imported() -> None:
    assert said_by(LATER, f"{WITHIN}; jsonschema.validate", LOADED) == ["True"]


def test_everybody_else_imports_the_module_itself() -> None:
    assert said_by(LATER, WITHIN, "import jsonschema", LOADED) == ["True"]


def test_it_stays_where_it_is_imported_already() -> None:
    with jsonschema_later():
        assert sys.modules["jsonschema"] is jsonschema

    assert sys.modules["jsonschema"] is jsonschema


def test_oras_is_imported_without_it() -> None:
    make = "from bot.registry.adapter import OciRegistry; OciRegistry(environment={})._clients"

    assert said_by(make, "import oras.provider", LOADED) == ["False"]
