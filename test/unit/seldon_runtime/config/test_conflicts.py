"""seldon_runtime.config.conflicts: settings that contradict each other are named before anything starts."""

import pytest
from seldon_runtime.config.environment import read_settings
from seldon_runtime.errors import BadSetting


def read(folder, monkeypatch, variables):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return read_settings(["M"], folder, folder / "none")


@pytest.mark.parametrize(("variables", "text"), [
    ({"MODEL_WORKERS": "2", "MODEL_PROCESS": "inline"},
     "MODEL_WORKERS: expected 1 with MODEL_PROCESS=inline, found '2'; set MODEL_PROCESS=separate for more processes"),
    ({"MODEL_WORKERS": "3", "PERSISTENCE": "1"},
     "MODEL_WORKERS: expected 1 with PERSISTENCE=1, found '3'; use one process, because several would overwrite "
     "each other's state"),
    ({"PORT": "8080", "API_TYPE": "GRPC,REST"},
     "PORT: expected one API for the one port, found API_TYPE=REST,GRPC with 8080; set API_TYPE to REST or to GRPC, or set "
     "PREDICTIVE_UNIT_HTTP_SERVICE_PORT and PREDICTIVE_UNIT_GRPC_SERVICE_PORT"),
    ({"HANG_TIMEOUT_SECONDS": "2.5", "MODEL_PROCESS": "inline"},
     "HANG_TIMEOUT_SECONDS: expected nothing with MODEL_PROCESS=inline, found '2.5'; set MODEL_PROCESS=separate, because "
     "a call in the server's own process cannot be ended"),
    ({"BATCH_MAX_SIZE": "8", "SERVICE_TYPE": "ROUTER"},
     "BATCH_MAX_SIZE: expected 1 with SERVICE_TYPE=ROUTER, found '8'; remove it, because only the predict of a MODEL "
     "takes batches"),
    ({"DRAIN_SECONDS": "20"},
     "DRAIN_SECONDS: expected less than GRACE_PERIOD_SECONDS, which is 20, found '20'; set GRACE_PERIOD_SECONDS, because "
     "requests in flight need time after the drain"),
])
def test_a_conflict_is_named_with_its_reason(variables, text, tmp_path, monkeypatch):
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, monkeypatch, variables)
    assert (str(caught.value), caught.value.exit_code) == (text, 10)


def test_all_conflicts_are_named_at_once(tmp_path, monkeypatch):
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, monkeypatch, {"MODEL_WORKERS": "2", "PERSISTENCE": "1", "BATCH_MAX_SIZE": "8", "SERVICE_TYPE": "COMBINER"})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["MODEL_WORKERS", "BATCH_MAX_SIZE"]


@pytest.mark.parametrize("variables", [
    {"MODEL_WORKERS": "1", "MODEL_PROCESS": "inline", "PERSISTENCE": "1"},
    {"BATCH_MAX_SIZE": "1", "BATCH_MAX_DELAY_MS": "5", "SERVICE_TYPE": "ROUTER"},
    {"BATCH_MAX_SIZE": "8", "MODEL_WORKERS": "2"}, {"BATCH_MAX_SIZE": "8", "MODEL_PROCESS": "inline"},
    {"DRAIN_SECONDS": "0", "GRACE_PERIOD_SECONDS": "0"}, {"DRAIN_SECONDS": "30", "GRACE_PERIOD_SECONDS": "60"},
])
def test_other_settings_do_not_conflict(variables, tmp_path, monkeypatch):
    assert read(tmp_path, monkeypatch, variables).model_name == "M"
