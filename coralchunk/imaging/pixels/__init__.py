"""Hold decoded pixels: pieces of them, smaller copies, and the fill of empty parts."""
