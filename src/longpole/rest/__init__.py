"""The door for people and programs: JSON over HTTP, one file per subject.

Nothing is computed here: a request is checked at the border, a service
answers, a schema gives the answer its names. Ids may hold any character but
NUL (see `paths`), bodies are strict JSON of bounded size (see `bodies`), and
whatever goes wrong is told as a problem document (see `problems`).
"""
