"""The speech stack: requests go in, replies come out, over OpenAI's wire format; errors leave as ours."""
