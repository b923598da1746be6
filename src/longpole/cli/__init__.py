"""`longpole` on the command line: one file per command, each with examples in its `--help`.

Commands import what they need when they run, so that `--help` is quick. What
goes wrong is said in one line with what to do next, and the exit code is 1
(2 for a command line that cannot be understood).
"""
