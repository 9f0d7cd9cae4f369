"""What can be told of sound while it streams by, without changing it."""
