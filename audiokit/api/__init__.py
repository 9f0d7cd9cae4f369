"""HTTP beside the pages: what the player fetches, and what programs call."""
