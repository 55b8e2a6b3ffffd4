"""Environment tiers and the rules that a configuration file gives them."""

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct, field

from bot.model.proposing import Proposing, ProposingRule
from bot.model.templates import DEFAULT_TEMPLATES, Templates
from bot.versions.constraint import Constraint
from bot.versions.follow import Follow, Reach

Branch = str
"""A Git branch name without `refs/heads/`, checked by `bot.model.branch_names.branch_problem` where it enters."""

DEFAULT_CONFIGURATION_PATH = ".github/flux-chart-bot.yaml"


class SuspendedPolicy(StrEnum):
    """What to do with suspended objects."""

    REPORT = "report"
    UPDATE = "update"


class RangesPolicy(StrEnum):
    """What to do with ranges, which Flux follows by itself."""

    KEEP = "keep"
    PIN = "pin"


class CommitPolicy(StrEnum):
    """Who makes the commits."""

    GIT = "git"
    API = "api"


class Mirror(Struct, frozen=True, kw_only=True):
    """Charts of a registry that are also elsewhere; both sides are chart addresses, or both end in `/*`.

    Attributes:
        copy: Where the mirror keeps them.
        original: Under which address they are told. The mirrors of a configuration know no chain: no address is both.
    """

    copy: str
    original: str


class ImagePolicies(StrEnum):
    """What to do with values that Flux's image automation writes."""

    REPORT = "report"
    APPLY = "apply"


class RequiredStatus(Struct, frozen=True, kw_only=True):
    """A commit status that must say success, by who may say it: anyone with a token can set any context."""

    context: str
    creator: str


class Pace(Struct, frozen=True, kw_only=True):
    """What must have passed before a version is taken; nothing by default.

    Attributes:
        wait: Since the version was first seen.
        settle: Since the last move of the same chart in the tier.
        comes_from: Tiers that must have run it (`from` in the file).
        soak: For how long each of these must have run it.
        with_status: What commits of each of these must say while they hold it.
        by_merge: The tier's branch receives merges from that of the one tier in `comes_from`; we edit nothing there.
    """

    wait: timedelta = timedelta()
    settle: timedelta = timedelta()
    comes_from: tuple[str, ...] = ()
    soak: timedelta = timedelta()
    with_status: tuple[RequiredStatus, ...] = ()
    by_merge: bool = False


class Tier(Struct, frozen=True, kw_only=True):
    """One environment.

    Attributes:
        name: `[a-z0-9][a-z0-9-]*`, never `state`.
        paths: Glob patterns of repository paths (`**` crosses folders).
        branch: Base of its pull requests; None means the repository's default branch.
        follow: How far it moves by itself.
        production: Never edited by itself, decided before anything else.
        line: 1-based line of its key in the configuration, for messages.
        column: Its 1-based column.
        production_said: The file says `production: true` or `false`; else nobody has decided it.
        pace: What must have passed before it takes a version.
        proposing: How it proposes what it may move to.
        standing_draft: Of production: updates keep a draft of what may be promoted.
    """

    name: str
    paths: tuple[str, ...]
    branch: Branch | None
    follow: Follow
    production: bool
    line: int = 0
    column: int = 0
    production_said: bool = False
    pace: Pace = field(default_factory=Pace)
    proposing: Proposing = field(default_factory=Proposing)
    standing_draft: bool = False

    @property
    def stands_still(self) -> bool:
        """Whether it never moves by itself, so that having nothing to do does not mean being current."""
        return self.production or self.pace.by_merge or self.follow is Reach.EXACT


class Rule(Struct, frozen=True, kw_only=True):
    """An exception: other values for what meets all its conditions. The last rule that matches wins, value by value.

    Attributes:
        charts: Patterns of chart addresses without `oci://`; empty matches every chart.
        tiers: Names of tiers; empty matches every tier that is not production.
        paths: Patterns of the file in which the version is written; empty matches every file.
        namespaces: Of the object; empty matches every one.
        owners: Of the file, as CODEOWNERS names them, in lower case; empty matches every one, and files without any.
        jumps: `major`, `minor`, `patch`; empty matches every one. What such a rule sets concerns pull requests only.
        follow: None leaves it as it is.
        skip: Constraints whose versions are never taken; None leaves it as it is.
        wait: As in a tier's pace; None leaves it as it is.
        soak: As in a tier's pace; None leaves it as it is.
    """

    charts: tuple[str, ...]
    tiers: tuple[str, ...]
    follow: Follow | None = None
    skip: tuple[Constraint, ...] | None = None
    wait: timedelta | None = None
    soak: timedelta | None = None
    line: int = 0
    paths: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    jumps: tuple[str, ...] = ()
    proposing: ProposingRule = field(default_factory=ProposingRule)


class Shared(Struct, frozen=True, kw_only=True):
    """Where values may be written that several tiers share, and that a draft may move for all of them.

    Attributes:
        paths: Glob patterns, as those of a tier; empty where no draft does.
        line: 1-based line of its key in the configuration, for messages.
        column: Its 1-based column.
    """

    paths: tuple[str, ...] = ()
    line: int = 0
    column: int = 0


class PackedSource(Struct, frozen=True, kw_only=True):
    """A source of Flux that holds a folder of this repository, though nothing in the repository says so.

    Attributes:
        kind: `OCIRepository`, `Bucket`, `GitRepository` or `ExternalArtifact`.
        namespace: Never empty.
        name: Never empty.
        folder: Of the repository; empty for all of it.
        line: 1-based line of its key in the configuration, for messages.
        column: Its 1-based column.
    """

    kind: str
    namespace: str
    name: str
    folder: str
    line: int = 0
    column: int = 0


class Configuration(Struct, frozen=True, kw_only=True):
    """The whole configuration file, checked.

    Attributes:
        path: Where it was read, for messages.
        tiers: In the order of the file, which is the order of every table.
        private_hosts: Registry hosts that may live on private addresses.
        helper_hosts: Registry hosts that credential helpers may be asked for, beside those that are in use.
        mirrors: Addresses under which one chart is known as well.
        commit: `api` where GitHub shall make the commits, and so sign them.
        templates: The wordings of pull requests and commits.
        shared: What is proposed for several tiers at once, in drafts.
        sources: What of this repository is packed into sources that Flux applies.
    """

    path: str
    tiers: tuple[Tier, ...]
    rules: tuple[Rule, ...] = ()
    private_hosts: frozenset[str] = frozenset()
    helper_hosts: frozenset[str] = frozenset()
    suspended: SuspendedPolicy = SuspendedPolicy.REPORT
    ranges: RangesPolicy = RangesPolicy.KEEP
    mirrors: tuple[Mirror, ...] = ()
    image_policies: ImagePolicies = ImagePolicies.REPORT
    commit: CommitPolicy = CommitPolicy.GIT
    templates: Templates = DEFAULT_TEMPLATES
    shared: Shared = field(default_factory=Shared)
    sources: tuple[PackedSource, ...] = ()
