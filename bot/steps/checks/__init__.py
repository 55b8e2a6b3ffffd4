"""What `check` says of the versions that people change."""
