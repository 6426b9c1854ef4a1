"""The revisions. One that was released is never edited: what changes gets a revision of its own."""
