"""Resumable uploads: photos that arrive in pieces, in the terms of tus 1.0; no HTTP."""
