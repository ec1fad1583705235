"""Intake: files and folders become exhibits, each byte digested here, sent resumably, and signed for."""
