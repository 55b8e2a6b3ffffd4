"""From the updates of a tier to the pull requests that propose them."""
