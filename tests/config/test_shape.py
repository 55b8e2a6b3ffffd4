import copy
import subprocess
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.config.schema_check import schema
from bot.config.shape import fits

NAMES = st.sampled_from(["dev", "state", "Dev", "", "dev\n", "a" * 41, 0])
VALUES = st.one_of(st.none(), st.booleans(), st.sampled_from([0, "", "x", "report", [], {}, ["x"], [""], [0]]))
TIERS = st.dictionaries(
    st.sampled_from(["paths", "branch", "follow", "production", "wait", "from", "group", "limits", "more"]),
    VALUES | st.just(["apps/**"]) | st.dictionaries(st.sampled_from(["open", "changes"]), st.integers(-1, 2) | VALUES),
    max_size=5,
)
MATCHES = st.dictionaries(st.sampled_from(["chart", "tier", "more"]), VALUES)
SETS = st.dictionaries(st.sampled_from(["follow", "skip", "more"]), VALUES)
RULES = st.fixed_dictionaries({}, optional={"match": MATCHES | VALUES, "set": SETS | VALUES, "more": VALUES})
FILES = st.fixed_dictionaries(
    {"tiers": st.dictionaries(NAMES.filter(lambda name: name != 0), TIERS | VALUES, max_size=2)},
    optional={
        "rules": st.lists(RULES | VALUES, max_size=2) | VALUES,
        "registries": st.dictionaries(st.sampled_from(["private-hosts", "helper-hosts", "more"]), VALUES) | VALUES,
        "same-as": st.dictionaries(st.sampled_from(["x", ""]), VALUES) | VALUES,
        "sources": st.dictionaries(st.sampled_from(["x", ""]), VALUES) | VALUES,
        "suspended": VALUES,
        "shared": st.dictionaries(st.sampled_from(["paths", "propose", "more"]), VALUES | st.just("draft")) | VALUES,
        "templates": st.dictionaries(st.sampled_from(["title", "commit-title", "body-header", "more"]), VALUES)
        | VALUES,
        "more": VALUES,
    },
)

RIGHT: dict[str, Any] = {
    "tiers": {
        "dev": {
            "paths": ["apps/dev/**"],
            "branch": "develop",
            "follow": "minor",
            "production": False,
            "group": "chart",
        },
        "test": {"paths": ["a/**"], "group": "chart", "majors": "together", "mode": "report", "limits": {"open": 1}},
        "staging": {
            "paths": ["s/**"],
            "from": "dev",
            "soak": "3d",
            "wait": "2d",
            "settle": "1w",
            "with-status": [{"context": "ci", "creator": "x"}],
        },
        "next": {"paths": ["n/**"], "from": ["dev", "staging"], "moves-by": "pull-request"},
        "live": {"paths": ["apps/live/**"], "production": True},
        "qa": {"paths": ["q/**"], "windows": [{"cron": "* 9 * * *", "zone": "UTC"}], "draft": True, "milestone": 3},
        "qb": {"paths": ["r/**"], "labels": ["x"], "assignees": ["y"], "reviewers": ["z"], "auto-merge": "squash"},
        "qc": {"paths": ["s/**"], "beyond": "draft"},
    },
    "rules": [
        {"match": {"chart": "ghcr.io/*"}, "set": {"follow": "6.x", "skip": ["6.5.2"], "wait": "0h", "soak": "1d"}},
        {"match": {"chart": ["ghcr.io/*"], "tier": ["dev"]}, "set": {"skip": []}},
        {"match": {"paths": "apps/**", "namespace": ["x"], "jump": "major"}, "set": {"group": "x", "mode": "report"}},
        {"match": {"jump": "patch"}, "set": {"windows": [{"cron": "* 9 * * *"}], "labels": ["x"], "reviewers": ["y"]}},
    ],
    "registries": {"private-hosts": ["harbor.corp.example"], "helper-hosts": ["1.dkr.ecr.eu-west-1.amazonaws.com"]},
    "same-as": {"harbor.corp.example/ghcr/*": "ghcr.io/*"},
    "sources": {"OCIRepository flux-system/flux-system": "."},
    "suspended": "report",
    "ranges": "pin",
    "image-policies": "apply",
    "commit": "api",
    "shared": {"paths": ["base/**"], "propose": "draft"},
    "templates": {"title": "{what}", "commit-title": "{what}", "body-header": "{tier}"},
}


WRONG: tuple[object, ...] = (None, 0, True, "", "x", [], {})


@given(data=FILES | VALUES)
def test_the_answer_is_that_of_jsonschema(data: object) -> None:
    assert fits(data, schema()) == Draft202012Validator(schema()).is_valid(data)


def test_every_key_may_be_used_without_asking_jsonschema() -> None:
    assert RIGHT.keys() == schema()["properties"].keys()
    assert fits(RIGHT, schema())


def test_one_fault_anywhere_is_seen() -> None:
    for path, wrong in _ways(RIGHT):
        data = copy.deepcopy(RIGHT)
        _put(data, path, wrong)
        assert fits(data, schema()) == Draft202012Validator(schema()).is_valid(data), (path, wrong)


def test_a_word_that_is_not_known_is_left_to_jsonschema() -> None:
    assert not fits("x", {"maxLength": 3})
    assert not fits("x", {"pattern": "x"})
    assert not fits("x", {"not": {"type": "array"}})


def test_a_right_configuration_does_not_load_jsonschema() -> None:
    code = (
        "import sys\n"
        "from bot.config.loading import load\n"
        "load(b'tiers: {dev: {paths: [apps/dev/**]}}')\n"
        "sys.exit('jsonschema' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _ways(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], object]]:
    """Every value of the file, with each of a few wrong ones in its place."""
    found = [(path, wrong) for wrong in WRONG if path]
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return found + [way for key, child in children for way in _ways(child, (*path, key))]


def _put(data: Any, path: tuple[Any, ...], value: object) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value
