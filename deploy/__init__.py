"""What Tidegate runs on: the embedded Apache Kafka, and the files that deploy the services."""
