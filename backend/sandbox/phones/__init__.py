"""The phones page: people's phones in a browser, over the simulators."""
