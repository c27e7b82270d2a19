"""The engine: one declaration per model gives REST, rules, changes, admin and documentation."""
