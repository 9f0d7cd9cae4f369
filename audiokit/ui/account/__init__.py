"""Who is here: signing in, the Account page, and what admins do for people."""
