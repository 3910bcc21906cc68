"""The desk in a browser: a page for each wish; it calls the desk and shows the answer."""
