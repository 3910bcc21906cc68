"""What crews are handed out, on paper or as a page: the day as it may show, files, links."""
