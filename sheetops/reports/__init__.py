"""What people read: reports, and pictures of what was found. Frames in, bytes out; nothing is decided here."""
