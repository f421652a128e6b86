"""What feed, demo and status share: readings out to Kafka, decisions back in, the field's answers between them."""
