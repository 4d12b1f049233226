"""Text disturbed as it is where it is typed, scanned or written without care; labels stay right.

Each perturbation is a function of spaCy's registry `augmenters`.
"""
