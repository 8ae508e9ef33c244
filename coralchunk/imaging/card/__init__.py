"""Know the printed colour card, find it in a photo, and measure scale and white balance with it."""
