"""What every domain stands on: database, events, timers, sends, auth, settings, errors, HTTP and logging."""
