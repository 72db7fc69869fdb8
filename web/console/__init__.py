"""The console: the pages with which people run their business. They ask the rooms below and decide nothing."""
