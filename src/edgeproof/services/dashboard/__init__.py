"""What the dashboard shows, as JSON: pure functions of records and documents."""
