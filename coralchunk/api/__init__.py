"""The HTTP APIs of the server, one package for each, and what they share. They contain no domain logic."""
