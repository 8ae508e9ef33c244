"""Label the chunks of a folder of photos by eye, the least certain first."""
