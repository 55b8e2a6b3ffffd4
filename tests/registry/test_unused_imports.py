import subprocess
import sys

import jsonschema

from bot.registry.unused_imports import without_unused_imports

LATER = "from bot.registry.unused_imports import without_unused_imports"
WITHIN = "with without_unused_imports(): import jsonschema"
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
    with without_unused_imports():
        assert sys.modules["jsonschema"] is jsonschema

    assert sys.modules["jsonschema"] is jsonschema


def test_oras_is_imported_without_it() -> None:
    make = "from bot.registry.adapter import OciRegistry; OciRegistry(environment={})._clients"

    assert said_by(make, "import oras.provider", LOADED) == ["False"]


def test_requests_is_imported_without_what_guesses_encodings_and_warns_nobody() -> None:
    make = "from bot.registry.adapter import OciRegistry; OciRegistry(environment={})._clients"
    guesses = "print('requests' in sys.modules, 'charset_normalizer' in sys.modules)"

    assert said_by("import warnings; warnings.simplefilter('error')", make, guesses) == ["True", "False"]


def test_requests_guesses_where_it_was_imported_before() -> None:
    make = "from bot.registry.adapter import OciRegistry; OciRegistry(environment={})._clients"

    assert said_by("import requests", make, "print(requests.compat.chardet is None)") == ["False"]
