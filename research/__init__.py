"""Build the bundled model from labelled reef photos: its ONNX file, manifest, card and figures.

Nothing in the serving packages imports this. It uses their code for cutting windows, describing scenes and
classifying, so that training and serving see the same pixels.
"""
