"""How somebody speaks: pitch, turns, rate, against their own baseline."""
