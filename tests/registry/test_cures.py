"""What a person is told to do after a refusal."""

import pytest
from doubles.charts import source

from bot.registry.cures import denied
from bot.registry.failures import DeniedError
from bot.registry.origins import Origin


def cure(host: str, provider: str = "generic", *, error: DeniedError | None = None) -> str:
    chart = source(host, plain_http=False, provider=provider)
    return denied(chart, Origin.of_source(chart), error or DeniedError(401)).mend


@pytest.mark.parametrize(
    ("host", "provider", "words"),
    [
        (
            "1.dkr.ecr.eu-west-1.amazonaws.com",
            "aws",
            "The manifest says `provider: aws`: log in to ECR before this step",
        ),
        ("1.dkr.ecr.eu-west-1.amazonaws.com", "generic", "Log in to ECR before this step"),
        ("x.azurecr.io", "azure", "`provider: azure`: log in to ACR"),
        ("x.azurecr.io", "generic", "Log in to ACR"),
        ("europe-docker.pkg.dev", "gcp", "`provider: gcp`: log in to Artifact Registry"),
        ("europe-docker.pkg.dev", "generic", "Log in to Artifact Registry"),
        ("ghcr.io", "generic", "give this repository access to it"),
        ("ghcr.io", "generic", "`packages: read`"),
        ("containers.acme.ghe.com", "generic", "`packages: read`"),
        ("docker.io", "generic", "log in to Docker Hub"),
        ("quay.io", "generic", "robot account"),
        ("harbor.corp.example:8443", "generic", "log in to harbor.corp.example:8443 before this step"),
        ("containers.example", "generic", "log in to containers.example before this step"),
    ],
)
def test_the_cure_fits_the_registry(host: str, provider: str, words: str) -> None:
    assert words in cure(host, provider)


def test_a_refused_login_is_said() -> None:
    assert cure("ghcr.io", error=DeniedError(403, login_refused=True)).startswith("The stored login was refused too")


def test_a_helper_that_was_not_asked_is_said_with_the_line_to_add() -> None:
    told = cure("harbor.corp.example:8443", error=DeniedError(401, helper_withheld=True))
    assert "`registries: {helper-hosts: [harbor.corp.example:8443]}`" in told


def test_a_login_over_plain_http_is_a_reason_of_its_own() -> None:
    chart = source("harbor.corp.example")
    assert denied(chart, Origin.of_source(chart), DeniedError(401)).id == "login-over-http"
