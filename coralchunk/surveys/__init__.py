"""What outlives a job because somebody wants it to: the photos of a survey, and the corrections of chunks."""
