"""What can be watched from outside: calls and jobs, as measures and traces; the log. Off unless a setting says so."""
