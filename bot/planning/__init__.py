"""What shall be done, decided from values alone: who claims a file, and the life of a pull request."""
