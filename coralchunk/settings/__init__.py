"""Define the settings by topic; `coralchunk.config` reads them from the environment."""
