"""What the command `course.py` is made of."""
