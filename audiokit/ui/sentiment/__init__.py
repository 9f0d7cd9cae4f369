"""Sentiment Analysis on the page: batches, their recordings, and each claim with its proof."""
