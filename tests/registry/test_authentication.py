"""Who is shown a login or a token, and how often one is asked for. Threats 10 and 19."""

import base64
import json
from collections.abc import Callable
from unittest.mock import create_autospec

import pytest
from doubles.charts import digest_of_tag, manifest_of, no_progress, refusal, source, tags_of
from doubles.registry import Basic, RegistryDouble, TokenService, reply
from msgspec.structs import replace

from bot.demo.charts import SampleChart
from bot.demo.registry import Asked
from bot.model.charts import TagList
from bot.registry.adapter import OciRegistry
from bot.registry.challenges import Challenge
from bot.registry.exchange import Exchange
from bot.registry.hosts import Hosts
from bot.registry.limits import Limits
from bot.registry.origins import Origin
from bot.registry.tokens import Tokens

Asker = Callable[..., OciRegistry]

LOGIN = Basic(username="ann", password="canary-password")
"""The login that must not be seen where it does not belong."""


def stored(host: str, login: Basic = LOGIN) -> dict[str, str]:
    auth = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
    return {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: {"auth": auth}}})}


def fill(double: RegistryDouble, count: int = 1) -> None:
    for number in range(count):
        double.add(f"charts/c{number}", SampleChart(name=f"c{number}", version="1.0.0"))


def authorizations(asked: list[Asked]) -> list[str]:
    return [one.headers.get("authorization", "") for one in asked]


def test_each_chart_costs_one_token_and_one_listing_and_each_host_one_challenge(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double, 20)
        charts = [source(double.netloc, f"charts/c{number}") for number in range(20)]
        found = asker().tags(charts, no_progress)
        assert all(isinstance(answer, TagList) for answer in found.values())
        assert len(double.asked_for(r"^/v2/$")) == 1
        assert len(double.asked_for(r"^/token$")) == 20
        assert len(double.asked_for(r"tags/list$")) == 20


def test_the_scope_is_ours_whatever_the_challenge_says(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double)
        tags_of(asker(), source(double.netloc, "charts/c0"))
        (asked,) = double.asked_for("^/token$")
        assert asked.query == {"scope": "repository:charts/c0:pull", "service": "double"}


def test_a_realm_cannot_bring_a_scope_of_its_own(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double)
        assert isinstance(double.auth, TokenService)
        double.auth.realm = f"{double.url}/token?scope=repository:all:push&account=x"
        tags_of(asker(), source(double.netloc, "charts/c0"))
        (asked,) = double.asked_for("^/token$")
        assert asked.query == {"scope": "repository:charts/c0:pull", "service": "double", "account": "x"}


def test_a_scope_of_the_realm_s_own_is_left_out_not_overridden() -> None:
    realm = Origin(scheme="https", host="a.example", port=443)
    challenge = Challenge(realm=realm, path="/token?scope=repository:all:push&service=evil&account=x", service="s")
    tokens = Tokens(exchange=create_autospec(Exchange), limits=Limits(), mask=lambda _: None)
    sent = tokens._request(realm, challenge, "charts/x", None)
    assert sent.target == "/token?account=x&scope=repository%3Acharts%2Fx%3Apull&service=s"


def test_a_token_is_used_again_for_the_same_chart_only(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double, 2)
        registry = asker()
        tags_of(registry, source(double.netloc, "charts/c0"))
        digest_of_tag(registry, source(double.netloc, "charts/c0"), "1.0.0")
        tags_of(registry, source(double.netloc, "charts/c1"))
        assert len(double.asked_for("^/token$")) == 2
        for number in (0, 1):
            sent = authorizations(double.asked_for(f"^/v2/charts/c{number}/"))
            assert all(one.endswith(f"for-charts.c{number}") for one in sent)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_expired_token_is_renewed_once(asker: Asker, status: int) -> None:
    service = TokenService(expired_status=status)
    with RegistryDouble(auth=service) as double:
        fill(double)
        chart, registry = source(double.netloc, "charts/c0"), asker()
        tags_of(registry, chart)
        service.expire()
        assert isinstance(digest_of_tag(registry, chart, "1.0.0"), str)
        assert len(double.asked_for("^/token$")) == 2


def test_a_token_that_is_about_to_end_is_not_sent(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService(expires_in=5)) as double:
        fill(double)
        chart, registry = source(double.netloc, "charts/c0"), asker()
        tags_of(registry, chart)
        tags_of(registry, chart)
        assert len(double.asked_for("^/token$")) == 2


def test_tokens_that_are_never_good_end_in_a_refusal(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double)
        double.plan("tags/list", reply(401, headers={"WWW-Authenticate": f'Bearer realm="{double.url}/token"'}))
        reason = refusal(asker(), source(double.netloc, "charts/c0"))
        assert reason.id == "access-denied"
        assert len(double.asked_for("tags/list")) <= 2


def test_a_stored_login_opens_a_private_chart(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService(login=LOGIN)) as double:
        fill(double)
        tags_of(asker(environment=stored(double.netloc)), source(double.netloc, "charts/c0"))
        assert authorizations(double.asked_for("^/token$")) == [LOGIN.header]


def test_a_stored_login_is_used_for_basic(asker: Asker) -> None:
    with RegistryDouble(auth=LOGIN) as double:
        fill(double, 2)
        registry = asker(environment=stored(double.netloc))
        tags_of(registry, source(double.netloc, "charts/c0"))
        tags_of(registry, source(double.netloc, "charts/c1"))
        assert authorizations(double.journal) == ["", LOGIN.header, LOGIN.header]


def test_without_a_login_basic_is_refused_with_the_cure(asker: Asker) -> None:
    with RegistryDouble(auth=LOGIN) as double:
        fill(double)
        reason = refusal(asker(), source(double.netloc, "charts/c0"))
        assert reason.id == "access-denied"
        assert "log in" in reason.mend


@pytest.mark.parametrize("status", [401, 403])
def test_a_stale_login_falls_back_to_nobody_for_a_public_chart(asker: Asker, status: int) -> None:
    service = TokenService(login=LOGIN, public=frozenset({"charts/c0"}), wrong_login_status=status)
    with RegistryDouble(auth=service) as double:
        fill(double, 2)
        registry = asker(environment=stored(double.netloc, replace(LOGIN, password="stale")))
        assert tags_of(registry, source(double.netloc, "charts/c0")) == ("1.0.0",)
        private = refusal(registry, source(double.netloc, "charts/c1"))
        assert private.id == "access-denied"
        assert private.mend.startswith("The stored login was refused too.")


def test_a_login_that_the_registry_itself_denies_falls_back_too(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        fill(double)
        double.plan("tags/list", reply(403), times=1)
        registry = asker(environment=stored(double.netloc))
        assert tags_of(registry, source(double.netloc, "charts/c0")) == ("1.0.0",)
        assert authorizations(double.asked_for("^/token$")) == [LOGIN.header, ""]


def test_an_identity_token_is_posted(asker: Asker) -> None:
    service = TokenService(login=LOGIN, identity_token="canary-identity")
    with RegistryDouble(auth=service) as double:
        fill(double)
        config = {"auths": {double.netloc: {"identitytoken": "canary-identity", "auth": ""}}}
        registry = asker(environment={"DOCKER_AUTH_CONFIG": json.dumps(config)})
        assert tags_of(registry, source(double.netloc, "charts/c0")) == ("1.0.0",)
        (asked,) = double.asked_for("^/token$")
        assert asked.method == "POST"
        assert "canary" not in json.dumps(dict(asked.query))


def test_a_foreign_realm_is_asked_for_anonymous_tokens_only(asker: Asker, names: dict[str, list[str]]) -> None:
    with (
        RegistryDouble(name="other.localhost", auth=TokenService()) as realm,
        RegistryDouble(name="registry.localhost", auth=TokenService(realm=f"{realm.url}/token")) as double,
    ):
        fill(double)
        reason = refusal(asker(environment=stored(double.netloc)), source(double.netloc, "charts/c0"))
        assert reason.id == "access-denied"
        assert authorizations(realm.journal) == [""]
        assert LOGIN.header not in authorizations(double.journal)


def test_a_login_withheld_from_a_foreign_realm_is_said(asker: Asker, names: dict[str, list[str]]) -> None:
    with (
        RegistryDouble(name="other.localhost", auth=TokenService(login=LOGIN)) as realm,
        RegistryDouble(name="registry.localhost", auth=TokenService(realm=f"{realm.url}/token")) as double,
    ):
        reason = refusal(asker(environment=stored(double.netloc)), source(double.netloc, "charts/c0"))
        assert realm.netloc in reason.mend


def test_a_token_of_one_host_is_never_sent_to_another(asker: Asker, names: dict[str, list[str]]) -> None:
    with (
        RegistryDouble(name="registry.localhost", auth=TokenService()) as first,
        RegistryDouble(name="other.localhost", auth=TokenService()) as second,
    ):
        fill(first)
        fill(second)
        charts = [source(one.netloc, "charts/c0") for one in (first, second)]
        registry = asker()
        registry.tags(charts, no_progress)
        registry.tags(charts, no_progress)
        for double in (first, second):
            assert isinstance(double.auth, TokenService)
            sent = {one.partition(" ")[2] for one in authorizations(double.journal)} - {""}
            assert sent <= set(double.auth.issued)


def test_a_basic_challenge_of_another_port_gets_nothing(asker: Asker) -> None:
    with RegistryDouble(auth=LOGIN) as double, RegistryDouble(auth=LOGIN) as hostile:
        fill(hostile)
        assert (
            refusal(asker(environment=stored(double.netloc)), source(hostile.netloc, "charts/c0")).id == "access-denied"
        )
        assert set(authorizations(hostile.journal)) == {""}


@pytest.mark.parametrize("body", ["{}", '{"token": 5}', '{"token": "a b"}', '{"token": "x\\r\\nX: y"}', "[]", "no"])
def test_an_answer_without_a_token_is_a_bad_answer(asker: Asker, body: str) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        double.plan("^/token", reply(body=body.encode()))
        assert refusal(asker(), source(double.netloc, "charts/c0")).id == "bad-answer"


def test_every_secret_is_told_to_the_mask_before_it_is_sent(asker: Asker) -> None:
    masked: list[str] = []
    with RegistryDouble(auth=TokenService(login=LOGIN)) as double:
        fill(double)
        registry = asker(environment=stored(double.netloc), mask=lambda secret: masked.append(secret.reveal()))
        tags_of(registry, source(double.netloc, "charts/c0"))
        assert masked == [LOGIN.password, LOGIN.header.removeprefix("Basic "), "token-1-for-charts.c0"]


def test_a_token_fetched_by_many_threads_is_fetched_once(asker: Asker) -> None:
    with RegistryDouble(auth=TokenService()) as double:
        for version in range(30):
            double.add("charts/c0", SampleChart(name="c0", version=f"1.{version}.0"))
        chart = source(double.netloc, "charts/c0")
        found = asker().digests([(chart, f"1.{version}.0") for version in range(30)], no_progress)
        assert all(isinstance(answer, str) for answer in found.values())
        assert len(double.asked_for("^/token$")) == 1


def test_docker_hub_is_asked_at_its_own_host_by_few_workers() -> None:
    origin = Origin.of_source(source("docker.io", "bitnamicharts/redis", plain_http=False))
    assert origin.url == "https://registry-1.docker.io"
    assert origin.shown == "docker.io"
    assert Hosts(Limits()).of(origin).most == 4


def test_a_manifest_of_another_digest_is_refused(asker: Asker, double: RegistryDouble) -> None:
    double.plan("/manifests/", reply(body=b"{}"))
    wrong = manifest_of(asker(), source(double.netloc), "sha256:" + "0" * 64)
    assert getattr(wrong, "id", "") == "bad-answer"
