"""The audit log: every decision, order, notice and revision, hash-chained in SQL; and why a zone stands as it does."""
