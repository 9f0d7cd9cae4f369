"""The engine speaks Realtime: one session a socket, event for event as in recorded sessions of July and August 2026."""
