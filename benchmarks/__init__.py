"""Benchmarks: ratios against named peers on the same work in one run, results checked equal."""
