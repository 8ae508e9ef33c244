"""Read and write the rows of the SQL database, one module a table."""
