"""The production topology as plain processes, with a smoke test through its front."""
