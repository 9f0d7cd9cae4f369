"""What was felt in a recording, when and by whom, each claim with its evidence."""
