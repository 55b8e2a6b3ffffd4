"""The main job on embedded parts, for a person to watch."""
