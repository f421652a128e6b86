"""What every process needs to speak with Kafka: the topic table, the settings, whole batches out."""
