"""What is remembered of versions and branches, and what the branches' history tells."""
