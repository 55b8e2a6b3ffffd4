"""What production takes over where a person asks for it."""
