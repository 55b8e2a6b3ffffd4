from doubles.github.fixtures import github_double, github_server  # noqa: F401 - fixtures are found by name
