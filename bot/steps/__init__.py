"""The steps of the story in `bot.pipeline`, one a module; each takes values and returns values."""
