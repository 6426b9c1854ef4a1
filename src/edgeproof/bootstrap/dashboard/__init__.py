"""Where the dashboard meets the home it shows: one module a page, each a function of a `Place`."""
