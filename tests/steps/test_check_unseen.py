"""What `check` says where it is decided elsewhere what an object is: nothing that it cannot see passes in silence."""

import json

import pytest
from builders import configuration, tier
from doubles.checking import DEV, LIVE, SOAKS, checked, said, story
from doubles.story import Story, release

from bot.report.run_report import RunReport, findings

TIERS = (
    tier("dev", "any", paths=("apps/dev/**", "clusters/dev/**")),
    tier("live", "any", paths=("apps/live/**", "clusters/live/**"), production=True, pace=SOAKS),
)
KUSTOMIZATION, CLUSTER = "apps/live/kustomization.yaml", "clusters/live/apps.yaml"
FOO = release("1.2.5").replace("kind: HelmRelease", "kind: Foo")
OTHER_API = release("1.2.5").replace("helm.toolkit.fluxcd.io/v2", "foo/v1")
NEWER = release("1.2.5")


def applied(name: str, extra: str = "", path: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\nspec:\n  path: {path or f'./apps/{name}'}\n"
        f"  prune: true\n{extra}  sourceRef: {{kind: GitRepository, name: flux-system}}\n"
    )


def built(**files: str) -> Story:
    """Each tier is applied by a Kustomization of Flux; production's has a kustomization in its folder."""
    fleet = {f"clusters/{name}/apps.yaml": applied(name) for name in ("dev", "live")}
    return story(configuration(*TIERS), {**fleet, KUSTOMIZATION: "resources: [a.yaml]\n", **files})


def patch(path: str, value: str, target: str = "kind: Foo") -> str:
    """A list of patches with one JSON patch."""
    operations = json.dumps(json.dumps([{"op": "replace", "path": path, "value": value}]))
    return f"patches: [{{target: {{{target}}}, patch: {operations}}}]\n"


def sentences(report: RunReport) -> list[str]:
    return [one.sentence for one in findings(report) if one.id == "unjudged-now"]


MERGE = (
    "patches:\n- target: {kind: Foo}\n  options: {allowKindChange: true}\n  patch: |\n"
    "    apiVersion: helm.toolkit.fluxcd.io/v2\n    kind: HelmRelease\n    metadata: {name: podinfo}\n"
)
COPIED = (
    "replacements:\n- source: {kind: ConfigMap, fieldPath: data.k}\n"
    "  targets: [{select: {kind: Foo}, fieldPaths: [kind]}]\n"
)
KINDS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: k, namespace: x}\ndata: {k: HelmRelease}\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({LIVE: FOO, KUSTOMIZATION: "resources: [a.yaml]\n" + patch("/kind", "HelmRelease")}, id="kind"),
        pytest.param(
            {
                LIVE: OTHER_API,
                KUSTOMIZATION: "resources: [a.yaml]\n"
                + patch("/apiVersion", "helm.toolkit.fluxcd.io/v2", "name: podinfo"),
            },
            id="apiVersion",
        ),
        pytest.param({LIVE: FOO, KUSTOMIZATION: "resources: [a.yaml]\n" + MERGE}, id="allowKindChange"),
        pytest.param(
            {LIVE: FOO, "apps/live/k.yaml": KINDS, KUSTOMIZATION: "resources: [a.yaml, k.yaml]\n" + COPIED},
            id="replacements",
        ),
        pytest.param({LIVE: FOO, CLUSTER: applied("live", "  " + patch("/kind", "HelmRelease"))}, id="Flux patch"),
    ],
)
def test_a_release_that_a_patch_makes_of_something_else_is_judged_and_told(files: dict[str, str]) -> None:
    report = checked(built(), files)

    assert "not-soaked" in said(report)
    assert any("of what objects are" in each for each in sentences(report))


def test_so_is_its_next_version_once_that_is_there() -> None:
    there = {
        KUSTOMIZATION: "resources: [a.yaml]\n" + patch("/kind", "HelmRelease"),
        LIVE: FOO.replace("1.2.5", "1.2.3"),
    }

    assert said(checked(built(**there), {LIVE: FOO})) == ["not-soaked"]


@pytest.mark.parametrize("path", ["", "/ki${X}"])
def test_what_replaces_a_whole_object_is_told_whatever_it_is_for(path: str) -> None:
    listed = "resources: [a.yaml, b.yaml]\n" + patch(path, "HelmRelease", "kind: Deployment")
    plain = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n"

    assert said(checked(built(), {KUSTOMIZATION: listed, "apps/live/b.yaml": plain})) == ["unjudged-now"]


def test_a_patch_of_the_api_of_releases_is_followed_and_nothing_to_tell() -> None:
    served = patch("/apiVersion", "helm.toolkit.fluxcd.io/v2", "kind: HelmRelease")

    assert said(checked(built(), {KUSTOMIZATION: "resources: [a.yaml]\n" + served})) == []


def test_a_merge_with_a_target_leaves_the_api_of_a_release_as_it_is() -> None:
    merge = "apiVersion: foo/v1\nkind: HelmRelease\nmetadata: {name: any}\nspec: {chart: {spec: {version: 1.2.5}}}\n"
    listed = "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: HelmRelease}}]\n"

    assert said(checked(built(), {KUSTOMIZATION: listed, "apps/live/p.yaml": merge})) == ["not-soaked"]


def test_a_kustomization_of_flux_that_a_patch_makes_is_followed() -> None:
    hidden = applied("hidden", path="./elsewhere").replace("kind: Kustomization", "kind: Foo", 1)
    files = {
        "clusters/live/flux-system/sync.yaml": applied("flux-system", path="./clusters/live"),
        "clusters/live/hidden.yaml": hidden,
        "clusters/live/kustomization.yaml": "resources: [flux-system/sync.yaml, apps.yaml, hidden.yaml]\n"
        + patch("/kind", "Kustomization"),
        "elsewhere/b.yaml": release("1.2.5", name="other"),
    }
    known = {"clusters/live/flux-system/sync.yaml": files["clusters/live/flux-system/sync.yaml"]}

    assert set(said(checked(built(**known), files))) == {"not-soaked", "unjudged-now"}


@pytest.mark.parametrize(
    ("plain", "value"),
    [("kind: HelmRelease", "HelmRelease"), ("apiVersion: helm.toolkit.fluxcd.io/v2", "helm.toolkit.fluxcd.io/v2")],
)
def test_a_release_whose_kind_is_a_variable_is_judged_and_told(plain: str, value: str) -> None:
    varied = NEWER.replace(plain, plain.split(":", maxsplit=1)[0] + ": ${K}")
    build = f"  postBuild: {{substitute: {{K: {value}}}}}\n"
    report = checked(built(), {LIVE: varied, CLUSTER: applied("live", build)})

    assert "not-soaked" in said(report)
    assert any("a variable says what an object in apps/live/a.yaml is" in each for each in sentences(report))


def test_one_whose_kind_nobody_knows_is_told_by_scan_too() -> None:
    varied = NEWER.replace("kind: HelmRelease", "kind: ${K}")
    told = built()

    assert "unjudged-now" in said(checked(told, {LIVE: varied}))
    told.write({LIVE: varied})
    assert "kind-unknown" in {each.reason.id for each in told.run().passed_over}


def test_so_it_is_where_nothing_is_built() -> None:
    varied = NEWER.replace("kind: HelmRelease", "kind: ${K}")

    assert said(checked(story(), {LIVE: varied})) == ["unjudged-now"]


@pytest.mark.parametrize("written", ["version${E}: 1.2.5", "${V}: 1.2.5"])
def test_a_key_that_is_a_variable_may_be_any_and_is_told(written: str) -> None:
    build = "  postBuild: {substitute: {E: '', V: version}}\n"
    varied = release("1.2.3").replace("      version: 1.2.3", f"      version: 1.2.3\n      {written}")

    assert said(checked(built(), {LIVE: varied, CLUSTER: applied("live", build)})) == ["unjudged-now"]
    assert said(checked(story(), {LIVE: varied})) == ["unjudged-now"]


def test_so_is_what_may_say_that_a_release_runs_again() -> None:
    idle = release("1.2.5", extra="  suspend: true\n")
    build = "  postBuild: {substitute: {E: ''}}\n"
    varied = idle.replace("  suspend: true\n", "  suspend: true\n  suspend${E}: false\n")

    assert said(checked(built(**{LIVE: idle}), {LIVE: varied, CLUSTER: applied("live", build)})) == ["unjudged-now"]


def test_fields_that_are_a_variable_are_told() -> None:
    held = release("1.2.3").partition("spec:")[0] + "spec: ${S}\n"
    build = "  postBuild: {substitute: {S: '{chart: {}}'}}\n"

    assert said(checked(built(), {LIVE: held, CLUSTER: applied("live", build)})) == ["unjudged-now"]


def template(text: str, kind: str = "resourcesTemplate") -> str:
    """A ResourceSet with a template of everything, or of one resource."""
    inner = text.replace("\n", "\n    ").rstrip()
    body = f"  resourcesTemplate: |\n    {inner}\n" if kind == "resourcesTemplate" else f"  resources:\n  - {inner}\n"
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: r, namespace: x}\nspec:\n"
        f"  inputs: [{{k: HelmRelease}}]\n{body}"
    )


@pytest.mark.parametrize(
    "text",
    [
        NEWER.replace("HelmRelease", "<< inputs.k >>"),
        NEWER.replace("HelmRelease", "Helm<< inputs.r >>"),
        NEWER.replace("HelmRelease", "'<< inputs.k >>'"),
        "apiVersion: v1\n<< inputs.rest | toYaml >>\n",
    ],
)
def test_a_template_of_what_an_object_is_may_be_one_of_flux(text: str) -> None:
    assert said(checked(story(), {"apps/live/set.yaml": template(text)})) == ["unjudged-now"]


def test_a_template_of_something_else_is_nothing_to_tell() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: << inputs.k >>\n<< if inputs.k >>\n<< end >>\n"

    assert said(checked(story(), {"apps/live/set.yaml": template(account)})) == []


@pytest.mark.parametrize("path", [LIVE, "apps/live/set.yaml", "elsewhere/set.yaml"])
def test_a_template_in_the_place_of_a_release_is_told_in_whichever_file_it_is(path: str) -> None:
    assert said(checked(story(), {LIVE: None, path: template(NEWER)})) == ["unjudged-now"]


def test_a_template_that_changes_is_told_and_one_that_stays_is_not() -> None:
    told = story(files={LIVE: template(release("1.2.3"))})

    assert said(checked(told, {LIVE: "# a word\n" + template(release("1.2.3"))})) == []
    report = checked(told, {LIVE: template(NEWER)})
    assert said(report) == ["unjudged-now"]
    assert "which was another text before" in sentences(report)[0]


@pytest.mark.parametrize("written", ["<< inputs.other >>", "<< inputs.k | title >>", "Helm<< inputs.r | quote >>"])
@pytest.mark.parametrize("old", ["1.2.3", ""])
def test_a_resource_whose_kind_is_a_template_that_nobody_can_tell_is_told(old: str, written: str) -> None:
    told = story(files={LIVE: varied(old, written)} if old else {})

    assert said(checked(told, {LIVE: varied("1.2.5", written)})) == ["unjudged-now"]


def test_one_whose_kind_is_an_input_is_judged_as_any_other() -> None:
    told = story(files={LIVE: varied("1.2.3", "<< inputs.k >>")})

    assert said(checked(told, {LIVE: varied("1.2.5", "<< inputs.k >>")})) == ["not-soaked"]


def varied(version: str, kind: str) -> str:
    return template(release(version).replace("kind: HelmRelease", f"kind: {kind}"), "resources")


def test_an_input_that_a_template_takes_from_elsewhere_is_a_change_of_it() -> None:
    provider = (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\nmetadata: {name: p, namespace: x}\n"
        "spec: {type: Static, defaultValues: {v: 1.2.3}}\n"
    )
    takes = template(release("<< inputs.v >>")).replace("inputs: [{k: HelmRelease}]", "inputsFrom: [{name: p}]")
    told = story(files={LIVE: takes, "apps/live/p.yaml": provider})

    assert said(checked(told, {"apps/live/p.yaml": provider.replace("1.2.3", "1.2.5")})) == ["unjudged-now"]


@pytest.mark.parametrize("kind", ["HelmReleaseList", "List", "Foo", "ConfigMap"])
def test_flux_opens_an_object_with_a_list_of_items_whatever_its_kind(kind: str) -> None:
    def listed(version: str, name: str) -> str:
        inner = release(version, name=name).replace("\n", "\n  ").rstrip()
        return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: l, namespace: x}}\nitems:\n- {inner}\n"

    both = {KUSTOMIZATION: "resources: [a.yaml, l.yaml]\n", "apps/live/l.yaml": listed("1.2.5", "other")}
    assert said(checked(built(), both)) == ["not-soaked"]
    assert said(checked(story(), {LIVE: listed("1.2.5", "podinfo")})) == ["not-soaked"]


@pytest.mark.parametrize("more", ["transformers: [t.yaml]\n", "components: ['https://evil.example/x']\n"])
def test_what_may_make_anything_of_anything_is_told_of_a_build_that_had_no_release(more: str) -> None:
    transformer = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\n"
    files = {KUSTOMIZATION: f"resources: []\n{more}", LIVE: None, "apps/live/t.yaml": transformer}

    assert said(checked(built(), files)) == ["unjudged-now"]


def test_dev_may_be_given_a_plain_release_beside_all_that() -> None:
    assert said(checked(built(), {DEV: release("1.2.5")})) == []
