"""Read the colour information of a file, and convert its pixels to sRGB."""
