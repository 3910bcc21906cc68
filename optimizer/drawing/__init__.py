"""What paper, phones and reports share: pictures of roads and routes, labels, charts, QR codes."""
