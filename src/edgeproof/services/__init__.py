"""Use cases over the ports: what edgeproof does with a venue and a store."""
