"""What to do about a refusal, in the terms of the registry that refused."""

from bot.model.charts import ChartSource
from bot.reason import Reason
from bot.reasons import ACCESS_DENIED, LOGIN_OVER_HTTP
from bot.registry.failures import DeniedError
from bot.registry.origins import DOCKER_HUB, Origin, split_host

_BY_PROVIDER = {
    "aws": "The manifest says `provider: aws`: log in to ECR before this step (aws-actions/amazon-ecr-login)",
    "azure": "The manifest says `provider: azure`: log in to ACR before this step "
    "(azure/docker-login, or `az acr login`)",
    "gcp": "The manifest says `provider: gcp`: log in to Artifact Registry before this step "
    "(google-github-actions/auth, then `gcloud auth configure-docker`)",
}
_GITHUB = (
    "If the package is private, give this repository access to it (package settings, Manage Actions access) "
    "and the job `packages: read`"
)
_BY_HOST = {
    "ghcr.io": _GITHUB,
    DOCKER_HUB: "Check the address; for a private chart log in to Docker Hub before this step (docker/login-action)",
    "quay.io": "Check the address; for a private chart log in with a robot account before this step",
}
_BY_ENDING = {
    ".amazonaws.com": "Log in to ECR before this step (aws-actions/amazon-ecr-login); its logins last twelve hours",
    ".azurecr.io": "Log in to ACR before this step (azure/docker-login, or `az acr login`)",
    "-docker.pkg.dev": "Log in to Artifact Registry before this step (`gcloud auth configure-docker`)",
}
_UNASKED = (
    "The credential helper of this machine was not asked: it is asked only for hosts of charts that the default branch"
    " uses. Merge a reference to {host} there, or list it in the configuration:"
    " `registries: {{helper-hosts: [{host}]}}`"
)
_USUAL = "Either it does not exist, or it is private: check the address, or log in to {host} before this step"


def denied(source: ChartSource, origin: Origin, error: DeniedError) -> Reason:
    """The reason of a refusal, with its cure."""
    if not origin.takes_logins:
        return LOGIN_OVER_HTTP(host=origin.shown)
    return ACCESS_DENIED(host=origin.shown, status=error.status, chart=source.address, cure=_cure(source, error))


def _cure(source: ChartSource, error: DeniedError) -> str:
    if error.helper_withheld and not error.login_refused:
        return _UNASKED.format(host=source.address.host)
    cure = _general_cure(source)
    if error.login_withheld:
        withheld = f"its token service is on {error.login_withheld}, another host, to which a stored login is not sent"
        return f"{cure}. Note: {withheld}"
    return f"The stored login was refused too. {cure}" if error.login_refused else cure


def _general_cure(source: ChartSource) -> str:
    host, _ = split_host(source.address.host)
    if cure := _BY_PROVIDER.get(source.provider) or _BY_HOST.get(host):
        return cure
    if host.startswith("containers."):
        return _GITHUB if host.endswith(".ghe.com") else _USUAL.format(host=source.address.host)
    ending = next((cure for ending, cure in _BY_ENDING.items() if host.endswith(ending)), "")
    return ending or _USUAL.format(host=source.address.host)
