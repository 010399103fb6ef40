"""Every exit code of `assemble` and of the server, sorted. docs/configuration.md explains each.

The code of the class's own process is among them: the server ends with the code of its component.
"""

BAD_SETTING = 10
MODEL_NOT_FOUND = 11
CLASS_NOT_FOUND = 12
IMPORT_FAILED = 13
NO_MAIN_METHOD = 14
BAD_PARAMETERS = 15
LOAD_FAILED = 16
INSTALL_FAILED = 17
RESTART_LOOP = 18
PORT_TAKEN = 19
ENGINE_NOT_FOUND = 20
ONNX_NOT_LOADED = 21
CREDENTIALS_FOUND = 23
BAD_CONTRACT = 24
SELF_TEST_FAILED = 25
SYSTEM_PACKAGES_MISSING = 26
STEP_FAILED = 27
STATE_UNREACHABLE = 30
STATE_UNREADABLE = 31
STATE_NOT_SAVED = 32
