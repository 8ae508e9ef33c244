"""Test coralchunk. With this file, `tests` is found here and not in a dependency that installs its own."""
