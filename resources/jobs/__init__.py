"""Work in the background: jobs, schedules and workflows, each job a row of `resources.models.Job`.

A job is a function with `@job` (`declaration`); calling its `enqueue` writes a row (`backend`). A
worker (`worker`) claims it for a lease (`queue`), runs it (`runner`), and the function does its
steps by a `JobContext` (`context`).
"""
