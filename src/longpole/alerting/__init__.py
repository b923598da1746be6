"""Alerts: what they say, in which form, and how they reach a receiver.

It knows neither the database nor the settings: it is given a message and an
address, and says how it went. A receiver may be down, slow or lie: an attempt
ends within seconds and never raises.
"""
