"""
The classes that a site names in ``STORAGES``.

They translate: Django's storage interface to the service, Django's settings to the values the
layers below are made of, and their errors to what Django expects.
"""
