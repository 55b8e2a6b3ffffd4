"""A quarter of a year of a team with a fleet, a registry and this bot, on simulated time."""
