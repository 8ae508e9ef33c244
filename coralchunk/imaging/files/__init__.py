"""Recognise an uploaded file and open it within limits, without decoding a pixel."""
