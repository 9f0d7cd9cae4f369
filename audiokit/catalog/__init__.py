"""Which models exist, what they cost, until when they live, and which of them plays a role today."""
