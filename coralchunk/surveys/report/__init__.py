"""Write a report of a survey, for people to read and to cite."""
