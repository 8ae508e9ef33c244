"""Labelled reef photos -> the bundled model: its ONNX file, manifest, card and figures.

Nothing in the serving packages imports this. It uses their code for cutting windows, describing scenes and
classifying, so that training and serving see the same pixels.
"""
