"""What Flux's manifests mean: kinds, chart addresses, and the join from a release to the place of its version.

Pure: bytes and values in, values out.

- ``address``: the address of a chart, by our own parser.
- ``files.read_file``: one file to its Flux objects, or why it is passed over.
- ``references.resolve``: all objects of a tree to references.
"""
