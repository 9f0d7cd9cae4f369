"""Tools that a model may call in a conversation: typed Python functions, and the box that runs them safely."""
