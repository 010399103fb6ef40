#!/usr/bin/env python3
"""Prints the certificates that this machine trusts and the given bundle lacks: extra_certificates.py <bundle>"""

import pathlib
import re
import ssl
import sys

CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


def certificates(bundle: pathlib.Path) -> "dict[bytes, str]":
    texts = CERTIFICATE.findall(bundle.read_text("ascii", "replace")) if bundle.is_file() else []
    return {ssl.PEM_cert_to_DER_cert(text): text for text in texts}


def main() -> None:
    here = certificates(pathlib.Path("/etc/ssl/certs/ca-certificates.crt"))
    known = certificates(pathlib.Path(sys.argv[1]))
    sys.stdout.write("".join(text for der, text in here.items() if der not in known))


main()
