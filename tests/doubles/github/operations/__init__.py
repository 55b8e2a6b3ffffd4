"""What each operation of the API does, by the names the description gives them."""
