"""Usage & Cost on the page: what was spent, on what, by whom, how fast it was, and what may still be spent."""
