"""The guided launch: from an offer to ads that run, one question at a time. `flows/launch.yaml` asks, this answers."""
