"""What a person types: ``manage.py help`` lists it."""
