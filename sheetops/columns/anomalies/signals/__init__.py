"""One series, judged point by point from its own past: what `detect`, `calibrate`, `comparisons` and `taught` are made of."""
