"""What people are answered who ask through a channel: texts for a phone, from what a session has written down."""
