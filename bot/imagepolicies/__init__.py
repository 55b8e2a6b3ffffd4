"""What Flux's image automation would write, without a cluster: markers, filters, policies.

Pure: a policy and a chart's tags in, the latest tag or the reason why there is none out.

- ``markers.marker_of``: the marker in a comment.
- ``policies.latest``: the tag that a policy takes.
- ``filters.apply``: the tags that it sees, and what of them it compares.
"""
