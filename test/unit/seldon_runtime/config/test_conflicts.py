"""seldon_runtime.config.conflicts: settings that contradict each other are named before anything starts."""

import pytest
from seldon_runtime.config import settings


def read(folder, monkeypatch, variables):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return settings.read_settings(["M"], folder, folder / "none")


@pytest.mark.parametrize(("variables", "text"), [
    ({"MODEL_WORKERS": "2", "MODEL_PROCESS": "inline"},
     "MODEL_WORKERS: found '2' with MODEL_PROCESS=inline; allowed: 1, since the class is in the one process of the server then"),
    ({"MODEL_WORKERS": "3", "PERSISTENCE": "1"},
     "MODEL_WORKERS: found '3' with PERSISTENCE=1; allowed: 1, since each process would have a state of its own, and "
     "overwrite the others'"),
    ({"BATCH_MAX_SIZE": "8", "SERVICE_TYPE": "ROUTER"},
     "BATCH_MAX_SIZE: found '8' with SERVICE_TYPE=ROUTER; allowed: 1, since only a MODEL's predict is batched"),
])
def test_what_does_not_go_together_is_named_with_the_reason(variables, text, tmp_path, monkeypatch):
    with pytest.raises(settings.BadSetting) as caught:
        read(tmp_path, monkeypatch, variables)
    assert (str(caught.value), caught.value.exit_code) == (text, 10)


def test_all_that_does_not_go_together_is_named_at_once(tmp_path, monkeypatch):
    with pytest.raises(settings.BadSetting) as caught:
        read(tmp_path, monkeypatch, {"MODEL_WORKERS": "2", "PERSISTENCE": "1", "BATCH_MAX_SIZE": "8", "SERVICE_TYPE": "COMBINER"})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["MODEL_WORKERS", "BATCH_MAX_SIZE"]


@pytest.mark.parametrize("variables", [
    {"MODEL_WORKERS": "1", "MODEL_PROCESS": "inline", "PERSISTENCE": "1"},
    {"BATCH_MAX_SIZE": "1", "BATCH_MAX_DELAY_MS": "5", "SERVICE_TYPE": "ROUTER"},
    {"BATCH_MAX_SIZE": "8", "MODEL_WORKERS": "2"}, {"BATCH_MAX_SIZE": "8", "MODEL_PROCESS": "inline"},
])
def test_all_else_goes_together(variables, tmp_path, monkeypatch):
    assert read(tmp_path, monkeypatch, variables).model_name == "M"
