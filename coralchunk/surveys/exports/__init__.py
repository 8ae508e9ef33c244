"""Write the labels and figures of surveys as other programs read them."""
