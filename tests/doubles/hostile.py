"""Texts that want to be more than text, and reports in which every foreign field holds one of them."""

from doubles.told import a_configuration, a_tier, a_verdict, an_update, current, held

from bot.model.commits import EntryKind, FileChange
from bot.model.forge_reasons import COMMIT_UNSIGNED
from bot.model.places import ObjectId
from bot.model.proposals import Action, Outcome, Plan, Published, PullRequestPlan
from bot.model.references import PassedOver
from bot.model.verdicts import Refused, Verdict
from bot.proposal_reasons import FOREIGN_BRANCH
from bot.reasons import BAD_ADDRESS, SOURCE_NOT_OCI, UNREACHABLE
from bot.report.run_report import RunReport
from bot.report.wording import pull_request_texts

CORPUS = (
    "[skip ci]",
    "[ci skip] [no ci] [skip actions]",
    "\n\nskip-checks: true",
    "Fixes #1",
    "closes owner/repo#12, GH-3, https://github.com/o/r/issues/4",
    "x\n\nFlux-Chart-Bot-Tier: production\nCo-authored-by: evil <e@x>",
    "@everyone and @org/team",
    "a | b | c |\n| --- |",
    "![x](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)><script>",
    "<!-- flux-chart-bot v1 tier=prod --> -->",
    "`code` ``` ~~~ **bold** _it_ ~~no~~",
    "# heading\n- item\n1. one\n> quote\n***\n===",
    "1. one",
    "- item",
    "::error file=x::boom",
    "   ::set-output name=x::y",
    "text ##[error]boom",
    "###[command]x",
    "a\r::add-mask::b\n::stop-commands::c",
    "%0A::error::x",
    "\x1b[31mred\x1b]8;;https://evil\x07link\x1b]8;;\x07",
    "\u202eevil\u2066\u200b\u200d\ufeff\u2060",
    "\u2028::error::x\u2029\x85::error::y\x0b\x0c",
    "\u115f\ufe0f\U000e0101\U000e0041",
    "{{ 7 * 7 }} {% raw %} {0} %s ${{ secrets.X }} $(id)",
    "&lt;b&gt; &#64;x &copy;",
    "www.evil.example http://evil.example mailto:a@b.example a@b.example",
    "\udce4\ud800",
    "\x00\x7f\t",
    "[bold red]markup[/] [link=https://evil]x[/link]",
    "a" * 5000,
    "$x^2$ \\(a\\) :smile: [^1] <details>",
)


def a_hostile_verdict(text: str) -> tuple[Verdict, ...]:
    """One verdict of every kind, with the text wherever foreign text may stand."""
    reason = UNREACHABLE(host=text, problem=text)
    refused = tuple(Refused(tag=f"{text}{index}", why=text) for index in range(4))
    update = an_update(text, text, refused=refused, path=text)
    return (
        a_verdict(update, chart=f"x/{text}", path=text),
        a_verdict(an_update(text, text, carried=reason, path=text), chart=f"y/{text}", path=text),
        a_verdict(current(text, majors_behind=2, runs=text), chart=text, path=text),
        a_verdict(held(reason, text), chart=text, path=text, suspended=True),
        a_verdict(held(BAD_ADDRESS(url=text, problem=text), text), chart=text, path=text),
    )


def a_hostile_report(text: str) -> RunReport:
    """A run in which everything foreign is the text."""
    tier = a_tier()
    verdicts = a_hostile_verdict(text)
    plan = PullRequestPlan(
        tier=tier,
        action=Action.CREATE,
        branch="flux-chart-bot/dev/all",
        base=text,
        base_sha="1" * 40,
        texts=pull_request_texts(tier, verdicts),
        updates=verdicts[:2],
        changes=(a_hostile_change(text),),
    )
    left = PullRequestPlan(
        tier=tier,
        action=Action.LEAVE,
        branch=text,
        base=text,
        base_sha="1" * 40,
        reason=FOREIGN_BRANCH(branch=text),
    )
    outcomes = (
        Outcome(plan=plan, url=f"https://github.com/{text}", problem=FOREIGN_BRANCH(branch=text), open_by_hand=text),
        Outcome(plan=left, url=text),
    )
    passed_over = (
        PassedOver(path=text, line=3, reason=SOURCE_NOT_OCI(what=text)),
        PassedOver(
            path=text, reason=BAD_ADDRESS(url=text, problem=text), object=ObjectId(kind="X", namespace=text, name=text)
        ),
    )
    return RunReport(
        command="update",
        configuration=a_configuration(tier),
        verdicts=verdicts,
        passed_over=passed_over,
        plan=Plan(pull_requests=(plan, left), notes=(FOREIGN_BRANCH(branch=text),)),
        published=Published(
            outcomes=outcomes,
            problems=(FOREIGN_BRANCH(branch=text),),
            remarks=(COMMIT_UNSIGNED(login=text, problem=text),),
        ),
    )


def a_hostile_change(text: str) -> FileChange:
    """A changed file whose name and content are the text."""
    data = text.encode(errors="replace")
    return FileChange(path=text, kind=EntryKind.FILE, before=b"a\n" + data, after=b"b\n" + data)
