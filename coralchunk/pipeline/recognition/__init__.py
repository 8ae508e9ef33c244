"""Deployments of networks that users bring, and inferences with them or with models of this server."""
