"""`python -m chaos.jobs`: workers killed in the middle of a job, whose steps happen once each."""
