"""Serve with TLS on a local network: a certificate authority of this server, and a page about it."""
