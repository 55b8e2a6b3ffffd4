"""What the bot remembers from run to run, kept in Git on a branch of its own: `flux-chart-bot/state/ledger`.

- ``model.Ledger``: first sights of versions, of their digests and of branches, and people's holds.
- ``sights.sights_of``: when a base branch was seen where.
- ``merging.merge``: two ledgers to one; whoever saw a thing first is right.
- ``reading.read``: files to a ledger, parsed as hostile; ``writing.files``: a ledger to files.
"""
