"""Publishing: a new version is judged, counted against what runs, swapped in, followed by every process, taken back.

`publisher.Publisher` is what the command line, the server and the console call; an `outcome.Order` goes in, an
`outcome.Outcome` comes out. Versions are immutable and named by the hash of their content; what was published, by whom
and why is a chain of its own in the journal.
"""
