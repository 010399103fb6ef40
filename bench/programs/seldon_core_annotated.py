"""seldon-core-microservice with a pod's annotations: seldon_core_annotated.py <file of annotations> <arguments>"""

import sys

from seldon_core import flask_utils

flask_utils.ANNOTATIONS_FILE = sys.argv.pop(1)

from seldon_core import microservice  # noqa: E402  it reads the name when it is imported

microservice.main()
