"""The chapters of the story, each of functions that take the stage."""
