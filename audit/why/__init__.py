"""Why a zone stands as it does, from the record alone: `evidence` is looked up, `answer` judges it, `words` says it."""
