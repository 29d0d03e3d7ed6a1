"""The Django application: its checks run with ``manage.py check``."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class CloudStoragesConfig(AppConfig):
    """Registers the system checks."""

    name = "cloud_storages"
    verbose_name = "Cloud storages"

    def ready(self) -> None:
        """Register the checks; only those of ``check --deploy`` make a request."""
        from cloud_storages import checks  # noqa: PLC0415 - models and settings must be ready

        register(checks.check_storages, checks.TAG)
        register(checks.check_deployment, checks.TAG, deploy=True)
