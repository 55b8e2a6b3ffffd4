"""What people and machines are told: texts, statuses, summary, annotations, outputs. Only home of `actions_toolkit`.

Everything but `runner` and `sink` is pure: values in, text out. Foreign text is escaped once, where it enters a text,
by the one function of its target in `escape`.
"""
