"""The nouns that flow between the steps: frozen, typed, without behaviour beyond their own meaning."""
