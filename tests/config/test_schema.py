from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from bot.config.schema_check import schema


def parts(node: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield name, node
    for key, child in node.get("properties", {}).items():
        yield from parts(child, f"{name}.{key}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from parts(node[key], f"{name}.{key}")


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_key_has_a_title_and_a_description_for_editors() -> None:
    assert [name for name, part in parts(schema()) if not {"title", "description"} <= part.keys()] == []


def test_every_mapping_knows_its_keys() -> None:
    mappings = [part for _, part in parts(schema()) if part.get("type") == "object"]
    assert all("additionalProperties" in part for part in mappings)
