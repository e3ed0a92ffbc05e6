"""What the law and the calendar fix: periods, working days, units, policies, targets, and how numbers are written."""
