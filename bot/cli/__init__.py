"""The command line: the one place that knows the story and the adapters both."""
