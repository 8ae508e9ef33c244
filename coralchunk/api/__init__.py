"""The languages that the server speaks. Each module translates; none holds logic of its own."""
