"""The double's memory in the API's words."""
