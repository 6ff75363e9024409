"""Mail accepted but not yet read, safe on disk: a letter is safe once the future that `store` returned has resolved."""
