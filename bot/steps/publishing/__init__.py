"""A plan to what came of it: the only room that writes."""
