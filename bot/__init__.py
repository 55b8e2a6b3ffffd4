"""flux-chart-bot: moves Helm chart versions in Flux repositories, one pull request per environment tier."""

__version__ = "0.1.0"
