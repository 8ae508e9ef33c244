"""Point jobs: photos on the web and points in them, fetched and classified one photo at a time."""
