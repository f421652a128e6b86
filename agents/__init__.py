"""The processes on Kafka: `durable/` loses nothing, `supervisor` restarts workers, each other file is one flow."""
