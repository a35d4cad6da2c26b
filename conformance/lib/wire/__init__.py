"""Chapters of http.test.py."""
