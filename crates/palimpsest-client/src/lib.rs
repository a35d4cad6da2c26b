//! A typed client of the Capacities API and of what Palimpsest adds to it.
