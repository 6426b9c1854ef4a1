"""The API, a module a page; see docs/reference/api.md."""
