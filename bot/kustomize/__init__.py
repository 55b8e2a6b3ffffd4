"""What Kustomize and Flux make of a tree, with the place of every value that they decide.

Pure, and a leaf beside `yamltext` and `versions`: paths and bytes in, values out. Nothing is fetched, no plugin runs,
and whatever cannot be followed is a reason at the values that it could reach.

- `naming.files_named`: the files that a kustomization needs to be read.
- `graph.read_graph`: every root of a tree (Flux Kustomizations, and kustomizations that nobody includes), built.
- `decisions`: what a field of a built object is, and the one place that decides it.
- `nested_places`, `block_text`, `nested_edit`: values inside block scalars, and the proof of an edit there.
"""
