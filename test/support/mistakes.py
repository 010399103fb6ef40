"""How each folder of test/apps/mistakes ends: the one table for the scripts alone and for the images."""

from __future__ import annotations

from typing import NamedTuple

from support.pythons import CURRENT

_NOT_BUILT = "The image was not built."


class Mistake(NamedTuple):
    """text: what is printed, with {home} for the served folder; {no_module} is in the words of the model's Python.
    hint: the line below it when an image is built."""

    folder: str
    exit_code: int
    text: str
    hint: str = ""

    def at_start(self, home: object, version: str = CURRENT) -> str:
        return self.text.format(home=home, no_module=_no_module("a_package_that_requirements_forget", version)) + "\n"

    def at_build(self, home: object, version: str = CURRENT) -> str:
        return self.at_start(home, version) + (self.hint and self.hint + "\n")


def _no_module(name: str, version: str) -> str:
    return (
        f"ImportError: No module named {name}" if version == "2.7" else f"ModuleNotFoundError: No module named '{name}'"
    )


MISTAKES = (
    Mistake(
        "model-name-unset",
        10,
        "MODEL_NAME: expected a Python name, a dotted one, or a model file, found nothing; "
        "set it in .s2i/environment, or with s2i build -e MODEL_NAME=MyModel",
    ),
    Mistake("model-name-is-no-name", 10, "MODEL_NAME: expected a Python name, a dotted one, or a model file, found 'my-model.py'"),
    Mistake("wrong-api-type", 10, "API_TYPE: expected REST, GRPC or REST,GRPC, found 'SOAP'"),
    Mistake(
        "wrong-service-type",
        10,
        "SERVICE_TYPE: expected MODEL, ROUTER, TRANSFORMER, COMBINER, OUTLIER_DETECTOR, found 'CLASSIFIER'",
    ),
    Mistake("wrong-persistence", 10, "PERSISTENCE: expected 0 or 1, found 'redis'"),
    Mistake(
        "environment-line-without-equals",
        10,
        ".s2i/environment, line 2: expected KEY=value, found 'SERVICE_TYPE MODEL'",
    ),
    Mistake(
        "no-such-file",
        11,
        "MODEL_NAME: no module for 'MyModel'; expected MyModel.py with a class of that name. "
        "Python files found: mymodel.py, train.py",
        "If the source is a git checkout: s2i takes what is committed; commit the file, or build with --copy.",
    ),
    Mistake(
        "no-such-class",
        12,
        "MODEL_NAME: Classifier has no class 'Classifier'. Classes found: IrisClassifier, Preprocessing",
        _NOT_BUILT,
    ),
    Mistake(
        "import-error",
        13,
        "MODEL_NAME: importing MyModel failed:\n"
        '  File "{home}/MyModel.py", line 1, in <module>\n'
        "    import pricing\n"
        '  File "{home}/pricing.py", line 1, in <module>\n'
        "    import a_package_that_requirements_forget\n"
        "{no_module}\n"
        "a_package_that_requirements_forget is not installed: write its package into requirements.txt, "
        "or into the project of the lock",
        _NOT_BUILT,
    ),
    Mistake(
        "no-main-method",
        14,
        "SERVICE_TYPE=MODEL needs a method predict, which class MyModel lacks. Methods found: fit, predict_proba; "
        "write predict",
        _NOT_BUILT,
    ),
)
# only a build can make these
CONTRACT_MISTAKES = (
    Mistake(
        "contract-of-no-form",
        24,
        "contract.json: features[0].dtype: expected INT or FLOAT, found 'DOUBLE'\n"
        "contract.json: features[1].values: expected a list of at least one text or number, found nothing\n"
        "contract.json: targets[0].name: expected text, found nothing\n"
        'contract.json: targets[0].range: expected [low, high], with "inf" for no bound, found [1, 0]',
    ),
    Mistake(
        "answer-outside-the-contract",
        25,
        "SELF_TEST: the response does not fit contract.json:\n"
        "  proba:0: expected a number from 0 up to 1, found 50.0 in row 0\n"
        "  proba:1: expected a number from 0 up to 1, found 50.0 in row 0\n"
        'request to MyModel.predict: {{"data":{{"names":["rooms","distance"],"ndarray":[[5.0,2.099]]}},"meta":{{}}}}\n'
        'response: {{"data":{{"names":["t:0","t:1"],"ndarray":[[50.0,50.0]]}},"meta":{{}}}}',
    ),
)
NOT_INSTALLABLE = Mistake(
    "requirement-not-installable",
    17,
    "requirements.txt: pip could not install it; the lines above say what and why",
)
