"""A GitHub of our own: real Git repositories and a REST API held to GitHub's description. See `server.py`."""
