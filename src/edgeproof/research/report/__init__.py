"""A run as one self-contained HTML page: what goes into it (`build_page`) and how it becomes a file (`render`)."""
