"""Every general "why not": a stable id, a sentence for a person, and the mend.

Those of one package stand in its own module, called `*_reasons`. The ids are the anchors of the README's table, which a
test holds equal to all of these. A kind is called with its facts: `TAG_MISSING(version="1.2.3", chart="ghcr.io/x/y")`.
Facts may be foreign text; whoever shows a reason escapes it for its target.
"""

from bot.reason import ReasonKind, Weight

# --- reading the tree

UNREADABLE_YAML = ReasonKind(
    "unreadable-yaml",
    "the YAML cannot be read: {problem}",
    "Mend the file; Flux cannot apply it either",
    Weight.WARNING,
)
TOO_LARGE = ReasonKind(
    "too-large", "the file passes a limit of the reader: {problem}", "Split the file", Weight.WARNING
)
UNREADABLE_FILE = ReasonKind(
    "unreadable-file", "the file cannot be opened: {problem}", "Give the user of this run access to it", Weight.WARNING
)
HELM_TEMPLATE = ReasonKind(
    "helm-template", "the file is a template, not a manifest", "Its values decide; edit them by hand", Weight.COUNTED
)
ENCRYPTED = ReasonKind("encrypted", "the file is encrypted with SOPS", "", Weight.COUNTED)
LINK = ReasonKind(
    "link",
    "the path is a {kind}, which is neither followed nor written",
    "The file it points to is judged where it lies",
    Weight.COUNTED,
)

# --- from manifests to references

NO_NAME = ReasonKind(
    "no-name", "the {kind} has no name or no usable spec: {problem}", "Complete the manifest", Weight.NOTE
)
PATCH_UNUSED = ReasonKind(
    "patch-unused",
    "this is a part of an object, and no kustomization of this tree applies it",
    "List it under `patches` of a kustomization, or complete it",
)
VARIABLE = ReasonKind(
    "variable",
    "{field} holds the variable {variable}, and no Kustomization of this tree substitutes it",
    "Write the value out, or keep the Kustomization in this repository",
)
ALSO_DECIDES = ReasonKind(
    "also-decides",
    "the value at {place} also decides {what} ({where}), which is no chart version that is judged",
    "Give the chart version a value of its own",
)
NOT_A_STRING = ReasonKind(
    "not-a-string",
    "{field} is `{text}` without quotes, which is no text to YAML, and Flux refuses it",
    "Put quotes around it",
    Weight.WARNING,
)
VERSION_IN_FOLDER = ReasonKind(
    "version-in-folder",
    "the folder {folder} is named after the version, and an edit in it would make the two disagree",
    "Make a new folder for the new version, and point at it",
)
OTHER_TOOL = ReasonKind(
    "other-tool", "{chart} {version} is installed by {tool}, not by Flux", "It is shown and left alone", Weight.COUNTED
)
EMBEDDED = ReasonKind(
    "embedded",
    "chart versions may stand in `{field}` of this {kind}, which is not read",
    "Write them under `spec.resources`, as YAML",
)
TEMPLATE = ReasonKind(
    "template",
    "{field} holds the template `{template}`, which is more than one input by its path",
    "Write `<< inputs.name | quote >>` alone, or the value itself",
)
INPUT_UNKNOWN = ReasonKind(
    "input-unknown",
    "what `{template}` becomes is not in this tree: {problem}",
    "Write it in `spec.inputs`, or in the `defaultValues` of a Static ResourceSetInputProvider",
)
INPUT_SHARED = ReasonKind(
    "input-shared",
    "the value at {place} is used in several places, not each of which is a chart version that can be judged: {uses}",
    "Give the chart version an input of its own",
)
STRAY_COMMENT = ReasonKind(
    "stray-comment",
    "the comment `# {comment}` ({place}) is behind no version, so it limits nothing",
    "Write it behind the version, on the same line; until then a version right below it is left alone",
    Weight.WARNING,
)
SOURCE_NOT_FOUND = ReasonKind(
    "source-not-found",
    "{kind} {name} is not in this tree",
    "Add it to the repository, or leave this release to whoever holds it",
)
SOURCE_AMBIGUOUS = ReasonKind(
    "source-ambiguous",
    "{kind} {name} could be any of these: {candidates}",
    "Write `namespace` at the reference and at the source, or keep the source beside the release",
    Weight.WARNING,
)
SOURCE_NOT_OCI = ReasonKind(
    "source-not-oci", "the chart comes from {what}, not from an OCI registry", "", Weight.COUNTED
)
SOURCE_SUSPENDED = ReasonKind(
    "suspended",
    "the object, or everything that uses it, is suspended",
    "It is shown and not edited; `suspended: update` in the configuration edits it too",
    Weight.NOTE,
)
SUSPEND_UNKNOWN = ReasonKind(
    "suspend-unknown",
    "whether it is suspended nobody can tell here, so it is judged and moved as if it ran: {why}",
    "Write `suspend` out, or define the variable in this tree",
    Weight.NOTE,
)
BAD_ADDRESS = ReasonKind(
    "bad-address",
    "{url} is not an address of a chart: {problem}",
    "Write `oci://host/path` as Flux's documentation shows",
    Weight.WARNING,
)
NOT_A_CHART = ReasonKind(
    "not-a-chart",
    "the OCIRepository holds Flux or other content, not a Helm chart, as far as this tree tells",
    "",
    Weight.COUNTED,
)
LEFT_TO_FLUX = ReasonKind(
    "image-policy",
    "the value has an `$imagepolicy` marker and belongs to Flux's image automation",
    "Where no automation runs, `image-policies: apply` in the configuration applies the policy here",
)
POLICY_UNKNOWN = ReasonKind(
    "policy-unknown",
    "the ImagePolicy {policy} {problem}",
    "Keep ImagePolicy and ImageRepository in this repository, or leave the value to Flux's image automation",
)
POLICY_SUSPENDED = ReasonKind("policy-suspended", "{what} is suspended", "", Weight.NOTE)
POLICY_UNUSABLE = ReasonKind(
    "policy-unusable",
    "the ImagePolicy {policy} cannot be applied here: {problem}",
    "Mend the policy or the marker",
    Weight.WARNING,
)
DIGEST_WITH_RANGE = ReasonKind(
    "digest-with-range",
    "a digest stands beside a range, and Flux runs the digest only",
    "Replace the range with the version of the digest, or remove the digest",
    Weight.WARNING,
)

# --- looking up

UNREACHABLE = ReasonKind(
    "unreachable", "{host} could not be asked: {problem}", "The next run asks again", Weight.WARNING
)
ACCESS_DENIED = ReasonKind("access-denied", "{host} answered {status} for {chart}", "{cure}", Weight.WARNING)
CHART_NOT_FOUND = ReasonKind(
    "chart-not-found",
    "{host} knows no chart {chart}, or shows it to nobody without a login",
    "Check the address; for a private chart log in before this step",
    Weight.WARNING,
)
MANIFEST_NOT_FOUND = ReasonKind(
    "manifest-not-found",
    "{chart} has no {reference}",
    "It was deleted or never pushed; choose a version that exists",
    Weight.WARNING,
)
BAD_ANSWER = ReasonKind(
    "bad-answer",
    "{host} gave an answer that is not one of an OCI registry: {problem}",
    "Check that the host is a registry and not a login page or proxy",
    Weight.WARNING,
)
RATE_LIMITED = ReasonKind(
    "rate-limited",
    "{host} asks for fewer requests ({problem})",
    "Log in to this registry, or run less often",
    Weight.WARNING,
)
LOGIN_OVER_HTTP = ReasonKind(
    "login-over-http",
    "{host} wants a login over plain HTTP, which is never sent",
    "Serve the registry over HTTPS, or allow anonymous pulls",
    Weight.WARNING,
)
PRIVATE_ADDRESS = ReasonKind(
    "private-address",
    "{host} is on the private address {address}",
    "If it is your registry, add it to the configuration: `registries: {{private-hosts: [{host}]}}`",
    Weight.WARNING,
)
FORBIDDEN_ADDRESS = ReasonKind(
    "forbidden-address", "{host} is on {address}, where no registry may be", "", Weight.WARNING
)

# --- choosing a version

SHARED = ReasonKind(
    "shared",
    "{version} is allowed here, and the same value decides for {tiers} too, by {ways}",
    "Give each tier a value of its own, or move this one by hand",
    Weight.WARNING,
)
NOT_IN_EVERY_CHART = ReasonKind(
    "not-in-every-chart",
    "{version} would be taken, and the same value also decides {charts}, which has no newer version in common with it",
    "Give each chart a value of its own",
)
REACHES_PRODUCTION = ReasonKind(
    "reaches-production",
    "with the edits of this tier production would get something else: {objects}",
    "Please report this as a bug; nothing of this tier is proposed until then",
    Weight.ALARM,
)
REACHES_TIER = ReasonKind(
    "reaches-tier",
    "with the edits of this tier {tiers} would get something else: {objects}",
    "Please report this as a bug; nothing of this tier is proposed until then",
    Weight.ALARM,
)
UNSURE_OF_PRODUCTION = ReasonKind(
    "unsure-of-production",
    "no tier's paths cover this file, and {folder} of production, which may take it from here, is not known: {problem}",
    "Mend that build, or put this file under the paths of its tier",
    Weight.WARNING,
)
NO_TIER = ReasonKind("no-tier", "no tier of the configuration covers this path", "", Weight.COUNTED)
RULE_WITHOUT_CHART = ReasonKind(
    "rule-without-chart",
    "`{key}: {pattern}` of a rule matches no chart that can be judged here, so it changes nothing",
    "Compare it with the addresses and paths that `scan` shows, with the manifests and CODEOWNERS; mend or remove it",
    Weight.WARNING,
)
FLOATING_TAG = ReasonKind(
    "floating-tag", "`{tag}` is a floating tag, not a version", "Pin a version, for example `{example}`", Weight.WARNING
)
TAG_MISSING = ReasonKind(
    "tag-missing",
    "{version} is in use and does not exist in {chart}",
    "It was deleted or never pushed; choose a version that exists",
    Weight.WARNING,
)
NO_VERSIONS = ReasonKind("no-versions", "{chart} has no tag that Flux would take as a version", "", Weight.WARNING)
BAD_CONSTRAINT = ReasonKind(
    "bad-constraint",
    "`{constraint}` is not a constraint that Flux understands: {problem}",
    "Mend it as *How it decides* in the README shows",
    Weight.WARNING,
)
MISSPELLED_COMMENT = ReasonKind(
    "misspelled-comment",
    "the comment `# {comment}` begins with the name of this bot and says nothing to it",
    "Write `# flux-chart-bot: exact`, `patch`, `minor` or a constraint, colon and all; or begin with another word",
    Weight.WARNING,
)
BAD_FILTER = ReasonKind(
    "bad-filter",
    "`semverFilter` is not a pattern of Go's regexp: {problem}",
    "Mend the pattern; Flux refuses it too",
    Weight.WARNING,
)
LIMITS_DISJOINT = ReasonKind(
    "limits-disjoint", "no version lies within both {first} and {second}", "Change one of the two", Weight.WARNING
)
NO_MATCH = ReasonKind(
    "no-match",
    "no version of {chart} lies within {constraint}",
    "Flux fails here too; widen the constraint",
    Weight.WARNING,
)
WIDE_RANGE = ReasonKind(
    "wide-range",
    "{what}, past what tier {tier} takes: {why}",
    "Write the exact version, or narrow the range; `ranges: pin` writes it outside of production",
    Weight.WARNING,
)
RANGE_NOT_PINNED = ReasonKind(
    "range-not-pinned",
    "`ranges: pin` cannot pin `{constraint}`: {problem}",
    "Write the exact version by hand",
    Weight.WARNING,
)
POLICY_TAKES_NONE = ReasonKind(
    "policy-takes-none",
    "the ImagePolicy {policy} takes no tag of {chart}: {problem}",
    "Flux's image automation stops here too; mend the policy",
    Weight.WARNING,
)
DIGEST_CHANGED = ReasonKind(
    "digest-changed",
    "{tag} now has another digest than the one beside it, and {policy} wants that followed",
    "See why the tag was pushed again; a digest is never moved under one version",
    Weight.WARNING,
)
SAME_PRECEDENCE = ReasonKind(
    "same-precedence",
    "the tags {tags} are the same version to Flux and name different charts",
    "Ask the publisher; pin one by its digest",
    Weight.WARNING,
)
DIGEST_UNKNOWN = ReasonKind(
    "digest-unknown", "nothing tells which version the digest {digest} is", "Write `tag` beside the digest", Weight.NOTE
)

# --- editing

NOT_EDITABLE = ReasonKind(
    "not-editable",
    "the value is written in a form that cannot be changed safely: {problem}",
    "Write it as a plain or quoted scalar of its own",
    Weight.WARNING,
)
NOT_MINIMAL = ReasonKind(
    "not-minimal",
    "the edit could not be proved to change only this value: {problem}",
    "Please report this file's form as a bug",
    Weight.WARNING,
)

# --- branches and pull requests

OPENING_FORBIDDEN = ReasonKind(
    "opening-forbidden", "the forge forbids us to open a pull request: {problem}", "{cure}", Weight.WARNING
)
PERMISSION_MISSING = ReasonKind(
    "permission-missing", "{what} was refused", "Give the token the permission `{permission}`", Weight.WARNING
)
PUSH_REJECTED = ReasonKind("push-rejected", "{branch} was not pushed: {problem}", "{cure}", Weight.WARNING)
NOT_AS_PLANNED = ReasonKind(
    "not-as-planned",
    "the commit for {branch} differs from its plan and was not pushed: {problem}",
    "Please report this as a bug",
    Weight.ALARM,
)
FORGE_FAILED = ReasonKind("forge-failed", "{what} failed: {problem}", "Running again completes it", Weight.WARNING)


UNKNOWN = frozenset(
    kind.id
    for kind in (
        UNREACHABLE,
        ACCESS_DENIED,
        CHART_NOT_FOUND,
        MANIFEST_NOT_FOUND,
        BAD_ANSWER,
        RATE_LIMITED,
        LOGIN_OVER_HTTP,
        PRIVATE_ADDRESS,
        FORBIDDEN_ADDRESS,
    )
)
"""Ids that say "not known in this run". Unknown is not gone: what an open pull request proposed, it keeps."""
