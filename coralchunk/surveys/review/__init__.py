"""Choose the chunks that people check, take their labels, and estimate cover from them."""
