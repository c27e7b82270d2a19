"""What is wrong with a set-up, and how to mend it: one small function a check, in tables."""
