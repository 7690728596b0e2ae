"""Reads a feed twice with feedparser, the second time with the entity tag of the first; prints what it saw."""

import json
import sys

import feedparser

first = feedparser.parse(sys.argv[1])
second = feedparser.parse(sys.argv[1], etag=first.get("etag"))
print(
    json.dumps(
        {
            "bozo": bool(first.bozo),
            "ids": [entry.get("id") for entry in first.entries],
            "titles": [entry.get("title") for entry in first.entries],
            "dates": [
                list(entry.published_parsed[:6]) if entry.get("published_parsed") else None
                for entry in first.entries
            ],
            "enclosures": [
                [link["href"] for link in entry.enclosures] for entry in first.entries
            ],
            "etag": first.get("etag"),
            "second_status": second.get("status"),
        }
    )
)
