"""Words as files that others read: captions with times, Markdown and plain text that show what they hold as it is."""
