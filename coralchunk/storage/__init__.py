"""What is kept outside Redis: uploads and answers (blobs), and the models."""
