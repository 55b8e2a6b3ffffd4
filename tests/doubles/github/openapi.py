"""GitHub's OpenAPI description: which operation a request is, and what is wrong with it or with its answer."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from doubles.github.answers import Answer, Json
from doubles.github.waivers import described_path, is_waived
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from msgspec import Struct
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).with_name("openapi.json")
ROOT = "urn:github"
BAD_REQUEST = 400
UNPROCESSABLE = 422


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


@FORMATS.checks("uri")
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"[a-z]+://[^/\s]+", value) is not None


class Operation(Struct, frozen=True, kw_only=True):
    """One method on one path template, with its decoded path parameters."""

    method: str
    template: str
    parameters: Mapping[str, str]

    @property
    def name(self) -> str:
        """How tests, faults and the journal call it: `POST /repos/{owner}/{repo}/pulls`."""
        return f"{self.method} {self.template}"


class Description:
    """The description, made into JSON Schema and ready to judge."""

    def __init__(self, document: Json) -> None:
        # nullable is the only word of OpenAPI 3.0's own schema language that occurs here.
        self._document: Json = _as_json_schema(document, closed=True)
        schemas = document["components"]["schemas"]
        for name in _joined(document):  # what is joined with another knows only its own fields
            self._document["components"]["schemas"][name] = _as_json_schema(schemas[name], closed=False)
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(ROOT, resource)
        self._routes = sorted(
            ((_pattern(self._document, template), template) for template in self._document["paths"]), key=_precedence
        )
        self._validators: dict[str, Draft202012Validator] = {}

    def operations(self) -> Iterator[str]:
        """Names every described operation."""
        for template, methods in self._document["paths"].items():
            yield from (f"{method.upper()} {template}" for method in methods)

    def match(self, method: str, path: str) -> Operation | None:
        """Finds the operation of a raw (still quoted) path below the API's base."""
        for pattern, template in self._routes:
            found = pattern.fullmatch(described_path(method, path))
            if found and method.lower() in self._document["paths"][template]:
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return Operation(method=method, template=template, parameters=values)
        return None

    def request_faults(self, operation: Operation, query: Mapping[str, str], body: Any) -> tuple[list[str], bool]:
        """Judges a request.

        Returns:
            What is wrong, and whether GitHub would refuse it: unknown names it merely ignores, wrong values not.
        """
        found = [*self._query_faults(operation, query)]
        refused = False
        for error in self._body_errors(operation, body):
            if not is_waived(operation.name, "request", _where(error)):
                found.append(f"request body {_where(error)}: {error.message}")
                refused = refused or error.validator != "additionalProperties"
        return [f"{operation.name}: {text}" for text in found], refused

    def response_faults(self, operation: Operation, answer: Answer) -> list[str]:
        """Judges an answer of the double itself."""
        described = self._described(operation)["responses"].get(str(answer.status))
        if described is None and answer.status < BAD_REQUEST:
            return [f"{operation.name}: answer {answer.status} is not described"]
        pointer = self._response_pointer(operation, answer)
        if pointer is None:
            return [f"{operation.name}: answer {answer.status} has a body"] if answer.body is not None else []
        return [
            f"{operation.name}: answer {answer.status} {_where(error)}: {error.message}"
            for error in self._errors(pointer, answer.body)
            if not is_waived(operation.name, "response", _where(error))
        ]

    def _described(self, operation: Operation) -> Json:
        described: Json = self._document["paths"][operation.template][operation.method.lower()]
        return described

    def _query_faults(self, operation: Operation, query: Mapping[str, str]) -> Iterator[str]:
        wanted = [self._resolve(parameter) for parameter in self._described(operation).get("parameters", [])]
        known = {parameter["name"]: parameter["schema"] for parameter in wanted if parameter["in"] == "query"}
        for name, text in query.items():
            if name not in known:
                if is_waived(operation.name, "request", f"?{name}"):
                    continue
                yield f"unknown query parameter {name!r}"
            elif (value := _typed(text, known[name])) is None or not _is_valid(known[name], value):
                yield f"query parameter {name}={text!r}"

    def _body_errors(self, operation: Operation, body: Any) -> Iterator[ValidationError]:
        described = self._described(operation).get("requestBody")
        if described is None:
            if body is not None:
                yield ValidationError("this operation takes no body")
        elif body is not None or described.get("required"):
            pointer = f"{_pointer(operation)}/requestBody/content/application~1json/schema"
            yield from self._errors(pointer, body)

    def _response_pointer(self, operation: Operation, answer: Answer) -> str | None:
        described = self._described(operation)["responses"].get(str(answer.status), {})
        if "$ref" in described:
            pointer, described = described["$ref"].removeprefix("#"), self._resolve(described)
        else:
            pointer = f"{_pointer(operation)}/responses/{answer.status}"
        if "content" in described:
            return f"{pointer}/content/application~1json/schema"
        if answer.status < BAD_REQUEST or answer.body is None:
            return None
        # The description names few errors, and often without their body; GitHub's have one form, or two.
        return f"/components/schemas/{'validation-error' if answer.status == UNPROCESSABLE else 'basic-error'}"

    def _resolve(self, described: Json) -> Json:
        if "$ref" not in described:
            return described
        _, section, name = described["$ref"].removeprefix("#/").split("/")
        found: Json = self._document["components"][section][name]
        return found

    def _errors(self, pointer: str, body: Any) -> Iterator[ValidationError]:
        validator = self._validators.get(pointer)
        if validator is None:
            schema = {"$ref": f"{ROOT}#{pointer}"}
            validator = Draft202012Validator(schema, registry=self._registry, format_checker=FORMATS)
            self._validators[pointer] = validator
        yield from validator.iter_errors(body)


@functools.cache
def description() -> Description:
    """Reads the description, once a process."""
    return Description(json.loads(DESCRIPTION.read_bytes()))


def _joined(part: Any) -> set[str]:
    """Names of the schemas that an `allOf` joins with others."""
    if isinstance(part, list):
        return set().union(*map(_joined, part))
    if not isinstance(part, dict):
        return set()
    several = part.get("allOf", ())[1:] and part["allOf"]
    refs = {item["$ref"].rpartition("/")[2] for item in several if "$ref" in item}
    return refs.union(*map(_joined, part.values()))


def _as_json_schema(part: Any, *, closed: bool) -> Any:
    """Turns OpenAPI 3.0 into JSON Schema; objects take no unknown fields, unless another schema adds to them."""
    if isinstance(part, list):
        return [_as_json_schema(item, closed=closed) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("properties"), dict) and part.get("type") == "object" and closed:
        part = {"additionalProperties": False, **part}
    # GitHub writes oneOf where several forms may fit at once: what is meant is anyOf.
    made = {
        "anyOf" if key == "oneOf" else key: _as_json_schema(value, closed=closed and key != "allOf")
        for key, value in part.items()
    }
    return _nullable(made) if made.pop("nullable", False) is True else made


def _nullable(schema: Json) -> Json:
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **enum, "type": [schema["type"], "null"]}


def _pattern(document: Json, template: str) -> re.Pattern[str]:
    shared = document["components"]["parameters"]
    wide = set()
    for described in document["paths"][template].values():
        for parameter in described.get("parameters", []):
            named = shared[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
            if named.get("x-multi-segment"):
                wide.add(named["name"])
    parts = re.split(r"\{(\w+)\}", template)
    made = (
        re.escape(part) if index % 2 == 0 else f"(?P<{part}>{'.+' if part in wide else '[^/]+'})"
        for index, part in enumerate(parts)
    )
    return re.compile("".join(made))


def _precedence(route: tuple[re.Pattern[str], str]) -> tuple[int, int]:
    """Most literal segments first: `commits/{ref}/status` before `commits/{ref}`, whose ref may hold slashes."""
    pattern, template = route
    return -sum(not part.startswith("{") for part in template.split("/")), pattern.pattern.count(".+")


def _pointer(operation: Operation) -> str:
    escaped = operation.template.replace("~", "~0").replace("/", "~1")
    # A fragment is percent-decoded before it is followed.
    escaped = escaped.replace("{", "%7B").replace("}", "%7D")
    return f"/paths/{escaped}/{operation.method.lower()}"


def _where(error: ValidationError) -> str:
    return "/".join(str(part) for part in error.absolute_path)


def _typed(text: str, schema: Json) -> Any:
    """Reads a query value as the type its schema names; None when it is none."""
    wanted = schema.get("type")
    if wanted == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else None
    if wanted == "boolean":
        return {"true": True, "false": False}.get(text)
    return text


def _is_valid(schema: Json, value: Any) -> bool:
    return "$ref" in schema or Draft202012Validator(schema).is_valid(value)
