"""YAML as text: where a scalar stands in the bytes, splices that replace it, and the proof that nothing else changed.

The only home of ``ruamel.yaml``. Pure and a leaf: bytes in, values out, nothing else of ``bot`` is imported.

- ``reading.read``: bytes to nodes with exact byte offsets, or ``UnreadableYaml``.
- ``lookup.find`` and ``lookup.resolve``: the node at a route, or the obstacle on the way.
- ``comments.trailing_comment``: the comment behind a value on its own line.
- ``commenting.append_comment``: the splice that puts one there.
- ``replacing.replace`` and ``splices.apply``: the splice that changes one value, and the new bytes.
- ``proof.prove``: that new bytes differ from old ones in the intended values and comments only.
"""
