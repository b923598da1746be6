"""Why a step is slow: by version, moment, model, input, user, hour, or the shape of its durations."""
