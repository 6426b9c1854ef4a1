"""The dashboard: pages that look at a home, and actions that are journalled wishes."""
