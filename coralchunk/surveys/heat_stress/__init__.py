"""Store, read and plot the heat stress of survey sites, from files of NOAA Coral Reef Watch."""
