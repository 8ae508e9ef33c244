"""gunicorn wsgi:app"""

from coralchunk.app import from_environment

app = from_environment()
