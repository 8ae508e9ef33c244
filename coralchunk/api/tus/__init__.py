"""The tus 1.0 protocol for resumable uploads of photos, below /V1/api/uploads."""
