"""The whole run as one JSON document for machines; `plan.schema.json` is its schema."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from msgspec.json import encode

from bot.model.promotions import Promoted
from bot.model.references import PassedOver
from bot.model.tiers import Mirror
from bot.model.verdicts import Current, Held, Since, Update, Verdict, Waiting
from bot.planning.mirrors import same_as
from bot.reason import Reason
from bot.report.run_report import RunReport

if TYPE_CHECKING:
    from bot.model.proposals import Outcome

VERSION = 1
"""Counted up when a key goes away or changes its meaning; new keys may come any time."""
LONGEST_OUTPUT = 100_000
"""Bytes of the output `plan`: README tells to pass it through `env:`, and Linux takes 131,072 in one variable."""

Json = dict[str, Any]


def document(report: RunReport) -> Json:
    """Everything, as JSON's types, keys always present."""
    return {**_told_once(report), **{key: list(items) for key, items in _lists(report).items()}}


def document_lines(report: RunReport) -> Iterator[str]:
    """The document for a file or standard output: ASCII, a list's items a line each, the same for the same run.

    Not indented further: only without indentation is all of it encoded in C. No item is kept until the next is made:
    all of a large fleet's would take more memory than anything else in the run.
    """
    opening = "{\n"
    for key, value in _told_once(report).items():
        yield f'{opening}  "{key}": {_line(value)}'
        opening = ",\n"
    for key, items in _lists(report).items():
        yield f'{opening}  "{key}": ['
        opening, closing = "\n", "]"
        for item in items:
            yield f"{opening}    {_line(item)}"
            opening, closing = ",\n", "\n  ]"
        yield closing
        opening = ",\n"
    yield "\n}\n"


def _told_once(report: RunReport) -> Json:
    return {
        "version": VERSION,
        "command": report.command,
        "dry_run": report.dry_run,
        "complete": True,
        "word": report.word or None,
    }


def _lists(report: RunReport) -> dict[str, Iterator[Json | None]]:
    published = report.published is not None
    mirrors = report.configuration.mirrors
    return {
        "tiers": (
            {
                "name": tier.name,
                "branch": tier.branch or report.default or None,
                "production": tier.production,
                "follow": str(tier.follow),
            }
            for tier in report.tiers
        ),
        "pull_requests": (_pull_request(outcome, published=published) for outcome in report.outcomes),
        "statuses": (
            {
                "sha": planned.sha,
                "branch": planned.branch,
                "context": planned.status.context,
                "state": planned.status.state.value,
                "description": planned.status.description,
            }
            for planned in report.statuses
        ),
        "verdicts": (_verdict(verdict, mirrors) for verdict in report.verdicts),
        "passed_over": (_passed_over(item) for item in report.passed_over),
        "notes": (_reason(note) for note in (*report.notes, *report.remarks)),
        "problems": (_reason(problem) for problem in report.problems),
    }


def output_text(report: RunReport) -> str:
    """The document for a step's output: one line; where it is too long, updates only, then none, and not `complete`."""
    whole = document(report)
    text = _line(whole)
    if len(text) <= LONGEST_OUTPUT:
        return text
    updates = [verdict for verdict in whole["verdicts"] if verdict["decision"]["kind"] == "update"]
    shorter = whole | {"complete": False, "verdicts": updates, "passed_over": []}
    text = _line(shorter)
    if len(text) <= LONGEST_OUTPUT:
        return text
    return _line(shorter | {"verdicts": [], "problems": whole["problems"][:10]})


def pull_requests_text(report: RunReport) -> str:
    """The short form for a step's output: one line of ASCII JSON, tier, action and address of each pull request."""
    return _line(
        [
            {"tier": outcome.plan.tier.name, "action": outcome.plan.action.value, "url": outcome.url or None}
            for outcome in report.outcomes
        ]
    )


def schema() -> Json:
    """The published JSON Schema of the document."""
    loaded: Json = json.loads(Path(__file__).with_name("plan.schema.json").read_bytes())
    return loaded


def _line(value: object) -> str:
    """JSON in ASCII. msgspec takes a third of the time of `json`, and leaves letters beyond ASCII as they are."""
    with suppress(UnicodeEncodeError):  # half of a pair of surrogates, which JSON can say and UTF-8 cannot
        encoded = encode(value)
        if encoded.isascii():
            return encoded.decode()
    return json.dumps(value, separators=(",", ":"))


def _reason(reason: Reason | None) -> Json | None:
    if reason is None:
        return None
    return {"id": reason.id, "sentence": reason.sentence, "mend": reason.mend, "weight": reason.weight.value}


def _pull_request(outcome: "Outcome", *, published: bool) -> Json:
    plan = outcome.plan
    return {
        "tier": plan.tier.name,
        "kind": plan.kind.value,
        "action": plan.action.value,
        "key": plan.branch.rpartition("/")[2],
        "branch": plan.branch,
        "base": plan.base,
        "title": plan.texts.title if plan.texts else None,
        "updates": len(plan.updates),
        "files": [change.path for change in plan.changes],
        "reason": _reason(plan.reason),
        "url": outcome.url or None,
        "published": published,
        "wrote": outcome.wrote,
        "problem": _reason(outcome.problem),
        "remarks": [_reason(remark) for remark in outcome.remarks],
        "open_by_hand": outcome.open_by_hand or None,
    }


def _verdict(verdict: Verdict, mirrors: tuple[Mirror, ...]) -> Json:
    reference = verdict.reference
    return {
        "tier": verdict.tier.name,
        "chart": str(reference.source.address),
        "same_as": str(original) if (original := same_as(reference.source.address, mirrors)) else None,
        "object": str(reference.object),
        "beside": [str(one) for one in reference.beside],
        "path": reference.path,
        "line": reference.line,
        "suspended": reference.suspended,
        "decision": _decision(verdict),
    }


def _decision(verdict: Verdict) -> Json:
    match verdict.decision:
        case Update() as update:
            return {
                "kind": "update",
                "old": update.old,
                "new": update.new,
                "digest": update.digest or None,
                "jump": update.jump,
                "kept": _reason(update.carried),
                "remark": _reason(update.remark),
                "tiers": [one.tier.name for one in update.shared] or [verdict.tier.name],
                "promoted": _promoted(update.promoted),
                "refused": [{"tag": one.tag, "why": one.why} for one in update.refused],
                "edits": [
                    {
                        "path": edit.place.path,
                        "line": edit.place.line,
                        "route": list(edit.place.route),
                        "text": edit.text,
                        "comment": edit.comment or None,
                    }
                    for edit in update.edits
                ],
            }
        case Current() as current:
            return {
                "kind": "current",
                "version": current.version,
                "runs": current.runs or None,
                "newest": current.newest or None,
                "remark": _reason(current.remark),
                "waiting": _waiting(current.waiting),
                "brings": current.brings or None,
                "majors_behind": current.behind.majors,
                "behind_since": _since(current.behind.since),
                "refused": [{"tag": one.tag, "why": one.why} for one in current.refused],
            }
        case Held() as held:
            return {"kind": "held", "version": held.version, "reason": _reason(held.reason)}
        case _:
            assert_never(verdict.decision)


def _since(since: Since | None) -> Json | None:
    return {"at": since.at.isoformat(), "proof": since.proof.value} if since else None


def _promoted(promoted: Promoted | None) -> Json | None:
    if promoted is None:
        return None
    return {
        "digest": promoted.digest,
        "digest_written": promoted.digest_written,
        "digest_since": _moment(promoted.digest_since),
        "digest_released": _moment(promoted.digest_released),
        "reason": promoted.reason or None,
        "ran": [
            {
                "tier": ran.tier,
                "commit": ran.commit or None,
                "dated": _moment(ran.dated),
                "since": _moment(ran.since),
                "until": _moment(ran.until),
                "green": list(ran.green),
            }
            for ran in promoted.ran
        ],
        "taken_back": list(promoted.taken_back),
        "changes": [
            {"tier": one.tier, "commit": one.commit, "subject": one.subject, "files": list(one.paths)}
            for one in promoted.changes
        ],
        "changes_left_out": promoted.left_out,
        "changes_whole": promoted.whole,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _waiting(waiting: Waiting | None) -> Json | None:
    return {"version": waiting.version, "until": waiting.until.isoformat()} if waiting else None


def _passed_over(item: PassedOver) -> Json:
    return {
        "path": item.path,
        "line": item.line,
        "object": str(item.object) if item.object else None,
        "suspended": item.suspended,
        "reason": _reason(item.reason),
    }
