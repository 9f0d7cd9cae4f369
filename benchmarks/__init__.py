"""What audiokit must reach, measured. ``python -m benchmarks`` lists them; none of them runs as a test."""
