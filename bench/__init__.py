"""Benchmarks: Holobase beside a stock Django REST framework over the same tables, in one run."""
