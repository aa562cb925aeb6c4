"""bot acts: the only place with async, the network, the clock and nio."""
