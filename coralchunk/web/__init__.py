"""The pages of the app and of the documentation."""
