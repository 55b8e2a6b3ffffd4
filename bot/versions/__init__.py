"""Versions, constraints and Flux's selection rules, exactly as Masterminds/semver v3.5.0 and Flux read them."""
