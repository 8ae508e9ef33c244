"""Networks that users upload, and the specifications and versions that give their outputs a meaning."""
