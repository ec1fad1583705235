"""Time from other parties: RFC 3161 tokens over published checkpoints (docs/spec/log-v1.md section 9)."""
