"""What one worker process keeps in memory between tasks: decoded photos and loaded classifiers."""
