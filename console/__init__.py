"""The live page, a process of its own: it reads topics, keeps the newest picture and pushes it to browsers.

The journey, downwards: `source` (Kafka) → `messages` (parsed or refused) → `picture` (pure) → `push` (events for all
open pages) → `app` (HTTP) → `serve` (the process). `static` is the page itself.
"""
