"""seldon-core-microservice in a pod whose annotations are in another file: seldon_core_annotated.py <annotations> <its arguments>"""

import sys

from seldon_core import flask_utils

flask_utils.ANNOTATIONS_FILE = sys.argv.pop(1)

from seldon_core import microservice  # noqa: E402  it reads the name when it is imported

microservice.main()
