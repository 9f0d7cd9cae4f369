"""What is done to sound: mixed down, trimmed, cut, levelled, cleaned; times map back."""
