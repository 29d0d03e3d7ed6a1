"""The demo's Django project: settings and addresses."""
