"""The mobile API under /V1/api."""
