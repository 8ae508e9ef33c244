"""Let users log in at an OpenID provider, such as the one of their institute."""
