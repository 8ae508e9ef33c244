"""Keep what outlives jobs: surveys with their photos, and corrections of chunks."""
