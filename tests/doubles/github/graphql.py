"""What a bot has to ask GraphQL: who a token is, where `GET /user` does not answer an installation; and auto-merge.

GitHub's description of its REST API does not cover this address. The schema below does: types and fields as in npm
`@octokit/graphql-schema`, which is GitHub's own. A query may select from it and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from doubles.github.answers import Answer, refuse
from doubles.github.exchange import Request
from doubles.github.people import Identity

QUERY = "POST /graphql"

Selection = dict[str, "Selection"]
_SCHEMA: Mapping[str, Mapping[str, str]] = {
    "Query": {"viewer": "User"},
    "User": {"login": "String", "databaseId": "Int", "id": "ID"},
}
_AUTO_MERGE = re.compile(
    r"mutation Mutation\(\$input: EnablePullRequestAutoMergeInput!\)"
    r" \{ enablePullRequestAutoMerge\(input: \$input\) \{ actor \{[\w ]+\} clientMutationId \} \}"
)
_AUTO_MERGE_INPUT = frozenset(
    {"pullRequestId", "authorEmail", "clientMutationId", "commitBody", "commitHeadline", "expectedHeadOid"}
    | {"mergeMethod"}
)
_TOKEN = re.compile(r"[{}]|\w+")


def path_of(api_path: str) -> str:
    """Where GraphQL is asked: `/api/graphql` on an Enterprise Server, `/graphql` beside api.github.com."""
    return "/api/graphql" if api_path == "/api/v3" else f"{api_path}/graphql"


def answer(request: Request, identity: Identity | None, complain: Callable[[str], None]) -> Answer:
    """Answers one query; what the schema does not have is a complaint, and gets `errors` as GitHub gives them."""
    if identity is None:
        return refuse(401, "Requires authentication" if request.token is None else "Bad credentials").answer
    try:
        data = _select(_parse(_query_of(request)), "Query", {"viewer": _viewer(identity)})
    except (KeyError, TypeError, ValueError) as error:
        complain(f"{QUERY}: {error}")
        return Answer(body={"data": None, "errors": [{"message": f"{error}", "type": "undefinedField"}]})
    return Answer(body={"data": data})


def mutation_of(request: Request) -> Mapping[str, Any] | None:
    """The input of the one mutation known here, None for a query.

    Raises:
        ValueError: It is another mutation, or has an input that GitHub does not know.
    """
    asked = json.loads(request.body)
    query = str(asked.get("query", ""))
    if not query.startswith("mutation"):
        return None
    given: Mapping[str, Any] = asked.get("variables", {}).get("input", {})
    if not _AUTO_MERGE.fullmatch(query) or given.keys() - _AUTO_MERGE_INPUT or "pullRequestId" not in given:
        raise ValueError(f"the double does not know {query!r} with {sorted(given)}")
    return given


def _query_of(request: Request) -> str:
    asked = json.loads(request.body)
    if set(asked) - {"query", "variables", "operationName"}:
        raise ValueError("unknown key of the request")
    return str(asked["query"])


def _viewer(identity: Identity) -> dict[str, Any]:
    return {"login": identity.login, "databaseId": identity.id, "id": f"U_{identity.id}"}


def _parse(query: str) -> Selection:
    tokens = _TOKEN.findall(query)
    if "".join(tokens) != re.sub(r"\s", "", query):
        raise ValueError(f"the double does not read {query!r}")
    if tokens[0] == "query":
        del tokens[0]
    selected = _braces(tokens)
    if tokens:
        raise ValueError("something stands behind the query")
    return selected


def _braces(tokens: list[str]) -> Selection:
    if not tokens or tokens.pop(0) != "{":
        raise ValueError("a selection begins with {")
    selected: Selection = {}
    while tokens and tokens[0] != "}":
        field = tokens.pop(0)
        selected[field] = _braces(tokens) if tokens and tokens[0] == "{" else {}
    if not tokens or not selected:
        raise ValueError("a selection is empty or has no end")
    del tokens[0]
    return selected


def _select(selected: Selection, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    fields = _SCHEMA[kind]
    for field, below in selected.items():
        if field not in fields:
            raise ValueError(f"Field '{field}' doesn't exist on type '{kind}'")
        if bool(below) != (fields[field] in _SCHEMA):
            raise ValueError(f"Field '{field}' of type '{fields[field]}' has the wrong selection")
    return {
        field: _select(below, fields[field], value[field]) if below else value[field]
        for field, below in selected.items()
    }
