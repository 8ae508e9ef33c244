"""Deploy uploaded networks, and run inferences with them or with models of this server."""
