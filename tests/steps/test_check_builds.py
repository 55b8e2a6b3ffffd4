"""What `check` says where builds take what it cannot follow: a version that nobody can judge passes no rule."""

from collections.abc import Mapping

import pytest
from builders import configuration, tier
from doubles.checking import DEV, LIVE, SOAKS, checked, code, said, story
from doubles.github.seeding import Content
from doubles.story import Story, release, repository
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.model.tiers import PackedSource
from bot.report.annotations import Level, annotations_of
from bot.report.headline import headline
from bot.report.run_report import findings

APPLIER, KUSTOMIZATION = "clusters/live/apps.yaml", "apps/live/kustomization.yaml"
EVIL = "https://evil.example/x.yaml"
LARGE = f"{'#' * 6_000_000}\n{release('1.2.5')}"
JSON = (
    '{"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": {"name": "podinfo", "namespace":'
    ' "x"}, "spec": {"chart": {"spec": {"chart": "podinfo", "version": "1.2.5", "sourceRef": {"kind":'
    ' "HelmRepository", "name": "x"}}}}}'
)
TIERS = (
    tier("dev", "any", paths=("apps/dev/**", "clusters/dev/**")),
    tier("live", "any", paths=("apps/live/**", "clusters/live/**"), production=True, pace=SOAKS),
)


def applier(name: str, path: str, source: str = "GitRepository, name: flux-system", *, called: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {called or name}, namespace: flux-system}}\n"
        f"spec: {{path: {path}, prune: true, sourceRef: {{kind: {source}}}}}\n"
    )


def built(files: Mapping[str, Content] | None = None) -> Story:
    """Each tier is applied by a Kustomization of Flux, from a folder with a kustomization."""
    fleet = {f"clusters/{name}/apps.yaml": applier(name, f"./apps/{name}") for name in ("dev", "live")}
    folders = dict.fromkeys(("apps/dev/kustomization.yaml", KUSTOMIZATION), "resources: [a.yaml]\n")
    return story(configuration(*TIERS), {**fleet, **folders, **(files or {})})


def taking(*resources: str) -> str:
    return f"resources: [{', '.join(map(repr, resources))}]\n"


@pytest.mark.parametrize("old", [None, release("1.2.3")], ids=["old file gone", "old file there"])
@pytest.mark.parametrize(
    ("files", "why"),
    [
        pytest.param({KUSTOMIZATION: taking(EVIL)}, "objects of another place", id="remote"),
        pytest.param({KUSTOMIZATION: "generators: [g.yaml]\n"}, "has `generators`", id="generators"),
        pytest.param(
            {KUSTOMIZATION: "helmCharts: [{name: podinfo, repo: 'oci://ghcr.io/x', version: 1.2.5}]\n"},
            "has `helmCharts`",
            id="helmCharts",
        ),
        pytest.param(
            {KUSTOMIZATION: taking("big.yaml"), "apps/live/big.yaml": LARGE}, "big.yaml is too large", id="large"
        ),
        pytest.param(
            {APPLIER: applier("live", "./apps/live", "OCIRepository, name: evil")},
            "OCIRepository flux-system/evil",
            id="OCI source",
        ),
        pytest.param(
            {APPLIER: applier("live", "./apps/live", "GitRepository, name: evil"), KUSTOMIZATION: "resources: []\n"},
            "GitRepository evil",
            id="other Git source",
        ),
    ],
)
def test_what_production_takes_from_where_nobody_can_look_is_a_finding(
    files: dict[str, str], why: str, old: str | None
) -> None:
    report = checked(built(), {**files, LIVE: old})
    told = [one.sentence for one in findings(report) if one.id == "unjudged-now"]

    assert any(why in each for each in told)
    assert code(report) == ExitCode.ALARMED
    assert Level.ERROR in {each.level for each in annotations_of(report)}


def test_what_is_taken_from_elsewhere_beside_the_versions_is_a_finding_at_the_kustomization() -> None:
    report = checked(built(), {KUSTOMIZATION: taking("a.yaml", EVIL)})
    [finding], [annotation] = findings(report), annotations_of(report)

    assert finding.sentence == (
        "what Kustomization flux-system/live runs cannot be judged any more, which was known before: "
        "apps/live includes objects of another place, which may change this value and is not followed"
    )
    assert (annotation.level, annotation.path) == (Level.ERROR, KUSTOMIZATION)
    assert headline(report) == "no version of a tier is changed, 1 finding"


@pytest.mark.parametrize("name", ["a.json", "a.txt", "A.YAML"])
def test_a_resource_is_judged_whatever_its_file_is_called(name: str) -> None:
    files = {LIVE: None, f"apps/live/{name}": JSON, KUSTOMIZATION: taking(name)}
    assert said(checked(built(), files)) == ["not-soaked"]
    assert said(checked(built(), {**files, LIVE: release("1.2.3")})) == ["not-soaked"]


def test_a_build_that_took_from_elsewhere_before_is_nobodys_edit() -> None:
    told = built({KUSTOMIZATION: taking("a.yaml", EVIL)})
    assert said(checked(told, {LIVE: release("1.2.2")})) == []
    assert said(checked(told, {LIVE: None, KUSTOMIZATION: taking(EVIL)})) == []


def test_a_base_that_takes_from_elsewhere_is_told_in_each_tier_that_includes_it() -> None:
    told = built(
        {
            "base/kustomization.yaml": "resources: []\n",
            "apps/dev/kustomization.yaml": taking("a.yaml", "../../base"),
            KUSTOMIZATION: taking("a.yaml", "../../base"),
        }
    )
    assert said(checked(told, {"base/kustomization.yaml": taking(EVIL)})) == ["unjudged-now", "unjudged-now"]


def test_a_kustomization_of_another_source_beside_the_others_is_a_finding() -> None:
    for source in ("GitRepository, name: evil", "OCIRepository, name: evil"):
        new = {"clusters/live/evil.yaml": applier("live", "./apps/live", source, called="evil")}
        assert said(checked(built(), new)) == ["unjudged-now"]


def test_a_kustomization_that_applies_the_folder_of_another_tier_now_is_a_finding_also_where_no_tier_has_its_file() -> (
    None
):
    settings = configuration(tier("dev", "any"), tier("live", "exact", production=True, pace=SOAKS))
    told = story(settings, {APPLIER: applier("live", "./apps/live"), DEV: release("1.2.5")})
    for folder in ("./apps/dev", "./stuff"):
        files = {APPLIER: applier("live", folder), "stuff/a.yaml": release("1.2.5")}
        assert said(checked(told, files)) == ["unjudged-now"]


def test_a_kustomization_of_the_same_source_may_come_and_go() -> None:
    told = built()
    new = {"clusters/live/more.yaml": applier("live", "./apps/more", called="more"), "apps/more/x.yaml": ""}
    assert said(checked(told, new)) == []
    assert said(checked(told, {APPLIER: None, KUSTOMIZATION: None, LIVE: None})) == []


def test_a_file_that_is_too_large_in_the_place_of_a_release_is_a_finding_where_nothing_is_built() -> None:
    report = checked(story(), {LIVE: None, "apps/live/big.yaml": LARGE})
    [finding] = findings(report)
    assert "more than 4194304" in finding.sentence


def test_a_release_in_the_place_of_another_that_cannot_be_judged_is_a_finding() -> None:
    there = {"sources/h.yaml": repository("h", "https://charts.example").replace("type: oci", "type: default")}
    report = checked(story(files=there), {LIVE: release("1.2.5", repository="h", name="other")})
    assert said(report) == ["unjudged-now"]


GENERATOR = "clusters/live/artifacts.yaml"


def generator(*, source: str = "flux-system", folder: str = "apps/live") -> str:
    return (
        "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
        "metadata: {name: made, namespace: flux-system}\n"
        f"spec:\n  sources: [{{alias: repo, kind: GitRepository, name: {source}}}]\n"
        f"  artifacts: [{{name: live, copy: [{{from: '@repo/{folder}/**', to: '@artifact/'}}]}}]\n"
    )


OF_ARTIFACT = {APPLIER: applier("live", "./", "ExternalArtifact, name: live"), GENERATOR: generator()}


def test_a_version_in_an_artifact_of_the_tree_is_judged() -> None:
    report = checked(built(OF_ARTIFACT), {LIVE: release("1.2.4")})

    assert [one.id for one in findings(report)] == ["not-soaked"]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (generator(source="evil"), "apps/live of ExternalArtifact live of GitRepository flux-system/evil"),
        (generator().replace("GitRepository", "OCIRepository"), "apps/live of OCIRepository flux-system/flux-system"),
        (generator(folder="apps/*"), "cannot be followed to folders of this tree"),
    ],
)
def test_an_artifact_that_is_made_of_something_else_now_is_a_finding(new: str, why: str) -> None:
    """The Kustomization stays as it is, and so does every version in the tree."""
    [finding] = findings(checked(built(OF_ARTIFACT), {GENERATOR: new}))

    assert why in finding.sentence


def test_packed_sources_are_followed_on_both_sides() -> None:
    """By the configuration of the default branch: a head cannot say what is followed."""
    of_oci = applier("live", "./apps/live, postBuild: {substitute: {V: 1.2.3}}", "OCIRepository, name: fleet")
    told = built({APPLIER: of_oci, LIVE: release("${V}")})
    fleet = PackedSource(kind="OCIRepository", namespace="flux-system", name="fleet", folder="")
    told.configuration = replace(told.configuration, sources=(fleet,))

    assert [one.id for one in findings(checked(told, {APPLIER: of_oci.replace("1.2.3", "1.2.4")}))] == ["not-soaked"]


@pytest.mark.parametrize("written", ["${S}", "'${S}'", '"${S:=true}"'])
def test_a_release_that_a_variable_lets_run_is_an_edit(written: str) -> None:
    of = "./apps/live, postBuild: {substitute: {S: 'true'}}"
    told = built({APPLIER: applier("live", of), LIVE: release("1.2.5", extra=f"  suspend: {written}\n")})

    assert said(checked(told, {APPLIER: applier("live", of.replace("true", "false"))})) == ["not-soaked"]


def test_a_kustomization_that_a_variable_lets_run_is_an_edit() -> None:
    of = "./clusters/live/inner, postBuild: {substitute: {S: 'true'}}"
    inner = applier("inner", './apps/live, suspend: "${S}"')
    told = built({APPLIER: applier("live", of), "clusters/live/inner/apps.yaml": inner, LIVE: release("1.2.5")})

    assert said(checked(told, {APPLIER: applier("live", of.replace("true", "false"))})) == ["not-soaked"]


SOURCE = "clusters/live/flux-system/sync.yaml"


def declared(url: str = "https://github.com/x/fleet", ref: str = "branch: main") -> str:
    return (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        "metadata: {name: flux-system, namespace: flux-system}\n"
        f"spec: {{url: '{url}', ref: {{{ref}}}}}\n"
    )


def instance(url: str = "https://github.com/x/fleet", ref: str = "refs/heads/main") -> str:
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\n"
        f"spec: {{sync: {{kind: GitRepository, url: '{url}', ref: {ref}, path: clusters/live}}}}\n"
    )


@pytest.mark.parametrize(
    ("at", "old", "new", "is_now"),
    [
        ("infra/live.yaml", instance(), instance(ref="refs/heads/other"), "`github.com/x/fleet refs/heads/other`"),
        (
            SOURCE,
            instance(),
            instance("https://evil.example/x"),
            "`evil.example/x refs/heads/main` now and was `github.com/x/",
        ),
        (SOURCE, instance(), instance(ref="refs/pull/1/head"), "`github.com/x/fleet refs/pull/1/head`"),
        (SOURCE, declared(), declared("https://evil.example/x"), "`evil.example/x branch main`"),
        (SOURCE, declared(), declared(ref="branch: other"), "`github.com/x/fleet branch other`"),
        (
            SOURCE,
            declared(ref="tag: v1"),
            declared(ref="tag: v2"),
            "`github.com/x/fleet tag v2` now and was `github.com/x/fleet t",
        ),
        (
            SOURCE,
            declared(),
            f"{declared()}---\n{declared('https://evil.example/x')}",
            "`evil.example/x branch main` now and was",
        ),
        (SOURCE, declared("https://a.example/x"), declared("https://token@b.example"), "`b.example branch main`"),
    ],
)
def test_the_source_of_production_from_elsewhere_is_one_finding_where_that_is_written(
    at: str, old: str, new: str, is_now: str
) -> None:
    """Both of the cluster's Kustomizations apply it."""
    more = {"clusters/live/more.yaml": applier("more", "./more"), "more/kustomization.yaml": "resources: []\n"}
    found = checked(built({**more, at: old}), {at: new})

    assert [(one.path, is_now in one.reason.sentence) for one in found.passed_over] == [(at, True)]
    assert said(found) == ["unjudged-now"]


@pytest.mark.parametrize("old", [declared(), "# nothing\n"], ids=["the same repository", "not told before"])
def test_a_source_that_is_not_known_to_be_another_is_no_finding(old: str) -> None:
    assert said(checked(built({SOURCE: old}), {SOURCE: declared("ssh://git@github.com/x/fleet.git")})) == []


def bucket(name: str = "apps", *, endpoint: str = "minio.example", prefix: str = "") -> str:
    return (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: fleet, namespace: flux-system}\n"
        f"spec: {{bucketName: {name}, endpoint: {endpoint}, prefix: '{prefix}'}}\n"
    )


PACKED = PackedSource(kind="Bucket", namespace="flux-system", name="fleet", folder="")
OF_BUCKET = {
    "of its own": {APPLIER: applier("live", "./apps/live", "Bucket, name: fleet")},
    "by an artifact": {
        **OF_ARTIFACT,
        GENERATOR: generator(source="fleet").replace("kind: GitRepository, name: fleet", "kind: Bucket, name: fleet"),
    },
}


@pytest.mark.parametrize("applied", OF_BUCKET)
@pytest.mark.parametrize(
    ("new", "is_now"),
    [
        (bucket("other"), "Bucket fleet is `minio.example/other` now and was `minio.example/apps`"),
        (bucket(endpoint="evil.example"), "`evil.example/apps` now"),
        (bucket(prefix="x/"), "`minio.example/apps prefix x/` now"),
    ],
)
def test_so_is_a_bucket(applied: str, new: str, is_now: str) -> None:
    told = built({SOURCE: bucket(), **OF_BUCKET[applied]})
    told.configuration = replace(told.configuration, sources=(PACKED,))
    found = checked(told, {SOURCE: new})

    assert [(one.path, is_now in one.reason.sentence.replace("flux-system/", "")) for one in found.passed_over] == [
        (SOURCE, True)
    ]
    assert said(checked(told, {SOURCE: f"# The same.\n{bucket()}"})) == []


def test_so_is_a_repository_that_is_included_in_the_one_that_is_applied() -> None:
    including = declared().replace("spec: {", "spec: {include: [{repository: {name: more}, toPath: apps/live}], ")
    more = declared("https://github.com/x/more").replace("name: flux-system,", "name: more,")
    told = built({SOURCE: including, "clusters/live/more.yaml": more})

    [moved] = checked(told, {"clusters/live/more.yaml": more.replace("x/more", "evil/more")}).passed_over
    assert "GitRepository more is `github.com/evil/more branch main` now" in moved.reason.sentence
    [gone] = checked(told, {SOURCE: declared()}).passed_over
    assert "was `github.com/x/fleet branch main including more . as apps/live`" in gone.reason.sentence
    assert said(checked(told, {"clusters/live/more.yaml": f"# The same.\n{more}"})) == []
