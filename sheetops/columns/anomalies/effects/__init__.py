"""Did the measure work? Models of a series before and after, the checks on them, and the answer in words."""
