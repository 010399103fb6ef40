"""How a build fails, beside the errors of the settings and of `seldon_component.errors`."""

from __future__ import annotations

from seldon_component import exit_codes
from seldon_component.errors import StartError


class InstallFailed(StartError):
    """The model's requirements or its package could not be installed, or do not agree with each other."""

    exit_code = exit_codes.INSTALL_FAILED


class CredentialsFound(StartError):
    """A credential would stay in the image."""

    exit_code = exit_codes.CREDENTIALS_FOUND


class StepFailed(StartError):
    """A step of the build could not read or write a file, or failed in a way that it does not know."""

    exit_code = exit_codes.STEP_FAILED


class SystemPackagesMissing(StartError):
    """The system lacks packages that apt.txt names, and they could not be installed."""

    exit_code = exit_codes.SYSTEM_PACKAGES_MISSING
