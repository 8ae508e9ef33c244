"""Training jobs: a separate process trains a classifier, with lower priority than photos."""
