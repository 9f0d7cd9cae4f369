"""Who uses the product, and what is kept for them."""
