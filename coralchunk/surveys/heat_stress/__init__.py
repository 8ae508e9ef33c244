"""Keep the heat stress of sites, as NOAA Coral Reef Watch measures it, beside the bleaching of surveys."""
