"""Which version each reference may move to: reference, tags and limits in, a decision out."""
