"""When a total moves, which dimensions and cells explain it. Arrays and frames in, a frame of causes out."""
