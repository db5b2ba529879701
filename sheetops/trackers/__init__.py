"""Where trackers live: one backend per file behind one small protocol."""
