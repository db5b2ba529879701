"""What people read: reports, and pictures of what was found. Frames in, documents and bytes out."""
