"""Every query of reports: figures of the analytics, and those of a day, week or month."""
