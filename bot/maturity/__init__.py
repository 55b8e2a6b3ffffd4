"""What time says about a version: when it was first seen, how long it ran elsewhere, when its chart last moved.

- ``timeline.spans``: a branch's history to what one reference ran, from when until when, as far as there is evidence.
- ``soaking.free_at``: when a version has run long enough, or why it never will have.
- ``gates``: the same as limits of one reference, beside `follow` and `skip`.
"""
