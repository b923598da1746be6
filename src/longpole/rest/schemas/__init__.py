"""What the answers look like: the contract's names, spelt once, apart from the records inside.

A record may gain or rename a field; an answer changes only here. Unknown is
null. Times are seconds, instants ISO 8601 in UTC with a `Z`, money US dollars.
"""
