"""The language of Deepomatic's API v0.7: networks that users bring, and what they recognise."""
