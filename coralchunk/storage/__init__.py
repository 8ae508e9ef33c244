"""Store what is kept outside Redis: uploads and answers, models, and rows in SQL."""
