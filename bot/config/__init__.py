"""The configuration file: its schema, its loading with every fault at its line and column, and a first one suggested.

- ``loading.load``: bytes to a ``Configuration``, or every fault at once.
- ``tree_checks.check_paths``: what only the repository's tree can tell about it.
- ``suggestion.suggest``: a first file from the repository's own layout.
"""
