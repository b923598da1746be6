"""What calls cost: prices as of a date, applied to tokens. Pure: no network, no database, no settings."""
