"""Whether data has the shape that a JSON Schema asks for: yes, or not by what is known here.

Nearly every configuration is right, and to load jsonschema only to hear so takes a twentieth of a run. So this knows
the few words that the project's schema is written in, and says yes only where all of them hold; every other answer,
and every fault, is jsonschema's. https://json-schema.org/draft/2020-12/json-schema-validation
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_KINDS = {"array": list, "object": dict, "string": str, "boolean": bool, "integer": int}
_TIER = re.compile("^[a-z0-9][a-z0-9-]{0,39}$")
_SOURCE = re.compile("^(OCIRepository|Bucket|GitRepository|ExternalArtifact) [a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9.-]*$")
_NAMES = {name.pattern: name for name in (_TIER, _SOURCE)}


def fits(data: object, schema: Mapping[str, Any]) -> bool:
    """Whether data surely has the shape of a schema; where not, it may have it all the same."""
    return all(_holds(word, data, schema) for word in schema)


def _holds(word: str, data: object, schema: Mapping[str, Any]) -> bool:
    test = _TESTS.get(word)
    return test is not None and test(data, schema[word], schema)


def _is_of_kind(data: object, names: str | list[str], _schema: Mapping[str, Any]) -> bool:
    kinds = [_KINDS[name] for name in ([names] if isinstance(names, str) else names)]
    # To Python, and to nobody else, a truth value is a number.
    return type(data) in kinds


def _values_fit(data: object, schemas: Mapping[str, Any], _schema: Mapping[str, Any]) -> bool:
    return not isinstance(data, dict) or all(fits(data[key], schemas[key]) for key in schemas if key in data)


def _others_fit(data: object, others: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(data, dict):
        return True
    left = data.keys() - schema.get("properties", {}).keys()
    return not left if others is False else all(fits(data[key], others) for key in left)


def _keys_fit(data: object, names: Mapping[str, Any], _schema: Mapping[str, Any]) -> bool:
    return not isinstance(data, dict) or all(fits(key, names) for key in data)


def _items_fit(data: object, items: Mapping[str, Any], _schema: Mapping[str, Any]) -> bool:
    return not isinstance(data, list) or all(fits(item, items) for item in data)


def _has_keys(data: object, keys: list[str], _schema: Mapping[str, Any]) -> bool:
    return not isinstance(data, dict) or data.keys() >= set(keys)


def _is_name(data: object, pattern: str, _schema: Mapping[str, Any]) -> bool:
    known = _NAMES.get(pattern)
    return isinstance(data, str) and known is not None and known.search(data) is not None


def _is_not(data: object, forbidden: Mapping[str, Any], _schema: Mapping[str, Any]) -> bool:
    return forbidden.keys() == {"const"} and data != forbidden["const"]


def _is_one_of(data: object, choices: list[str], _schema: Mapping[str, Any]) -> bool:
    return isinstance(data, str) and data in choices


def _is_at_least(data: object, least: int, _schema: Mapping[str, Any]) -> bool:
    return not isinstance(data, int) or data >= least


def _has_at_least(kind: type[dict[Any, Any] | list[Any] | str]) -> "_Test":
    return lambda data, least, _schema: not isinstance(data, kind) or len(data) >= least


def _says_nothing(_data: object, _said: object, _schema: Mapping[str, Any]) -> bool:
    return True


_Test = Callable[[object, Any, Mapping[str, Any]], bool]
_TESTS: Mapping[str, _Test] = {
    "$schema": _says_nothing,
    "title": _says_nothing,
    "description": _says_nothing,
    "type": _is_of_kind,
    "properties": _values_fit,
    "additionalProperties": _others_fit,
    "propertyNames": _keys_fit,
    "items": _items_fit,
    "required": _has_keys,
    "pattern": _is_name,
    "not": _is_not,
    "enum": _is_one_of,
    "minProperties": _has_at_least(dict),
    "minItems": _has_at_least(list),
    "minLength": _has_at_least(str),
    "minimum": _is_at_least,
}
