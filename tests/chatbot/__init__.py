"""Tests of chatbot."""
