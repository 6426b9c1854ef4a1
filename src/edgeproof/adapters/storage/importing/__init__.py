"""Files the user brings: read, recognised, checked row by row."""
