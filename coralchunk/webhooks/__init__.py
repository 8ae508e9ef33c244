"""Tell other programs and people what happened: webhooks and e-mail, with retries and a log."""
