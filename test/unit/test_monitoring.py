"""examples/monitoring in a real Prometheus: what each panel, alert and rule shows of servers under a little load."""

import contextlib
import json
import re
import subprocess
from pathlib import Path

import pytest
import requests
import yaml
from support.generated import pb2
from support.grpc_client import Client
from support.server import RUNTIME, Server, free_port
from support.waiting import eventually, in_background

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "monitoring"
PAGE = (FOLDER.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
PANELS = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]
RULES = [rule for group in yaml.safe_load((FOLDER / "rules.yml").read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
ALERTS = [rule["alert"] for rule in RULES if "alert" in rule]
MODEL = r"""
import os, time

class Busy(object):
    '''Does what the first number of a request says.'''

    def load(self):
        while os.path.exists("loading"):
            time.sleep(0.01)

    def predict(self, X, names):
        if X[0][0] == 1:
            raise ValueError("no")
        if X[0][0] == 2:
            while not os.path.exists("allowed"):
                time.sleep(0.005)
        if X[0][0] > 100:
            os._exit(1)
        return X

    def tags(self):
        return {"t": 1}

    def metrics(self):
        return [{"key": "k-%d" % n, "type": kind, "value": value, "tags": {"a-b": u"\x00\u00e9\n\"\\", "a_b": "y", "le": "z"}}
                for n, (kind, value) in enumerate([("COUNTER", -1), ("GAUGE", float("inf")), ("TIMER", -5), ("COUNTER", 2)])]

    def send_feedback(self, features, names, reward, truth):
        pass
"""
pytestmark = pytest.mark.prometheus


class Prometheus:
    """A Prometheus with the files of the examples. targets: host and port of each replica."""

    def __init__(self, folder, targets):
        settings = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
        settings["global"] = {"scrape_interval": "300ms", "scrape_timeout": "300ms", "evaluation_interval": "300ms"}
        settings["rule_files"] = [str(FOLDER / "rules.yml")]
        settings["scrape_configs"][0]["static_configs"] = [{"targets": targets}]
        (folder / "prometheus.yml").write_text(json.dumps(settings))
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        with (folder / "prometheus.log").open("w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}"], cwd=folder, stdout=log, stderr=log)  # fmt: skip

    def _get(self, path, **arguments):
        with contextlib.suppress(requests.ConnectionError):
            response = requests.get(f"{self.url}/api/v1/{path}", arguments, timeout=60)
            if response.status_code == 503:  # it starts
                return None
            assert response.status_code == 200, response.text
            return response.json()["data"]
        return None

    def query(self, expression):
        """[(labels, value)]"""
        found = self._get("query", query=expression)
        return [(one["metric"], float(one["value"][1])) for one in found["result"]] if found else []

    def one(self, expression):
        return sum(value for _, value in self.query(expression))

    def rules(self):
        """name -> the rule as Prometheus has it"""
        found = self._get("rules")
        return {rule["name"]: rule for group in found["groups"] for rule in group["rules"]} if found else {}

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


class Replica(Server):
    def __init__(self, folder, **variables):
        folder.mkdir()
        (folder / "Busy.py").write_text(MODEL)
        self.metrics_port, self.grpc_port = free_port(), free_port()
        super().__init__(folder, folder, (*RUNTIME, "Busy"), PREDICTIVE_UNIT_METRICS_SERVICE_PORT=self.metrics_port,
                         PREDICTIVE_UNIT_GRPC_SERVICE_PORT=self.grpc_port, API_TYPE="REST,GRPC", **variables)
        self.variables["PREDICTIVE_UNIT_HTTP_SERVICE_PORT"] = self.port
        self.start()

    @property
    def target(self):
        return f"127.0.0.1:{self.metrics_port}"

    def ask(self, number):
        return self.predict({"data": {"ndarray": [[number]]}}).status_code


@pytest.fixture(scope="module")
def replicas(tmp_path_factory):
    """One that serves, and one that loads for ever."""
    folder = tmp_path_factory.mktemp("replicas")
    serving = Replica(folder / "serving", REST_TIMEOUT_MS="400", MAX_WAITING="1", BATCH_MAX_SIZE="4", RESTART_LIMIT="100")
    loading = Replica(folder / "loading")
    (loading.folder / "loading").touch()
    serving.wait_until_ready()
    yield serving, loading
    (loading.folder / "loading").unlink()
    (serving.folder / "allowed").touch()
    for server in (serving, loading):
        server.stop()


@pytest.fixture(scope="module")
def prometheus(replicas, tmp_path_factory):
    started = Prometheus(tmp_path_factory.mktemp("prometheus"), [*(one.target for one in replicas), f"127.0.0.1:{free_port()}"])
    yield started
    started.stop()


@pytest.fixture(scope="module")
def loaded(replicas, prometheus):
    """Prometheus, once it has seen two rounds of load: the first one makes each series, the second one raises it."""
    serving, _ = replicas
    eventually(lambda: prometheus.one('up{job="seldon-models"}') == 2, "both were scraped")
    for number in (1, 2):
        load(serving, number)
        await_value(prometheus, 'seldon_api_server_requests_total{route="/predict", code="200"}', 20 * number)
    return prometheus


def await_value(prometheus, expression, value):
    """Until Prometheus has it."""
    eventually(lambda: prometheus.query(expression) and prometheus.one(expression) == value,
               lambda: f"{expression} was {value}; it is {prometheus.query(expression)}")  # fmt: skip


def load(serving, number):
    """Of each kind of request some, and two crashes."""
    assert [serving.ask(0) for _ in range(20)] == [200] * 20
    assert [serving.ask(1) for _ in range(3)] == [500] * 3
    Client(serving.grpc_port).predict(data=pb2.DefaultData(tensor=pb2.Tensor(shape=[1, 1], values=[0])))
    serving.post("/send-feedback", {"request": {"data": {"ndarray": [[0]]}}, "reward": 0.5})
    assert serving.post("/no/such/path").status_code == 404
    (serving.folder / "allowed").unlink(missing_ok=True)
    held = [in_background(lambda: serving.ask(2)) for _ in range(8)]  # at most 2 are taken; these end by their time limit
    assert sorted({one() for one in held}) == [503, 504]
    (serving.folder / "allowed").touch()
    for crash in (1, 2):
        eventually(lambda: serving.status("/ready") == 200, "the class was loaded")
        serving.ask(100 * number + crash)
        eventually(lambda: serving.status("/ready") == 200, "the class was loaded again")


def as_query(expression):
    """A panel's expression with its variables as a viewer has them."""
    return expression.replace("$__rate_interval", "5m").replace("$model", ".*")


def test_promtool_takes_the_rules_and_the_configuration():
    for command in (("check", "rules", "rules.yml"), ("check", "config", "prometheus.yml")):
        done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_class_with_odd_metrics_spoils_no_scrape(loaded, replicas):
    assert loaded.one(f'up{{instance="{replicas[0].target}"}}') == 1
    assert loaded.one("k_3_total") >= 2
    assert loaded.query("k_0_total") == loaded.query("k_2_count") == []


def shown_by(prometheus, expression):
    return eventually(lambda: prometheus.query(expression), f"{expression} had a value")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_shows_numbers(loaded, panel):
    for target in panel["targets"]:
        shown = shown_by(loaded, as_query(target["expr"]))
        assert all(value == value and value >= 0 for _, value in shown)  # no NaN
        labels = re.findall(r"{{(\w+)}}", target["legendFormat"])
        assert all(label in metric for metric, _ in shown for label in labels)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('seldon_api_server_requests_total{route="/predict", code="200"}', 40),
        ('seldon_api_server_requests_total{route="/predict", code="500", method="POST"}', 6 + 4),  # and the crashes
        ('seldon_api_server_requests_total{route="other", code="404"}', 2),
        ('seldon_api_server_requests_total{route="/send-feedback"}', 2),
        ('seldon_api_server_requests_total{api="GRPC", route="/seldon.protos.Model/Predict", code="OK"}', 2),
        ('seldon_api_server_requests_total{route="/predict", code=~"503|504"}', 16),
        ('seldon_api_server_requests_dropped_total{reason=~"max_waiting|timeout"}', 16),
        ("seldon_api_model_restarts_total", 4),
        ("seldon_api_model_ready", 1),
        ("seldon_api_model_feedback_reward_total / seldon_api_model_feedback_total > 0", 0.5),
        ('count(process_resident_memory_bytes{process="class-1"})', 1),
        ('count(process_resident_memory_bytes{process="server"})', 2),
        ("seldon:model_requests_pending", 0),
    ],
)
def test_a_number_is_what_was_sent(loaded, expression, value):
    await_value(loaded, expression, value)


def expressions_of_the_page():
    """Those in code blocks, and KEDA's."""
    blocks = [block for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE) if re.match(r"(rate|sum)\(", block)]
    return [*blocks, *re.findall(r"^ +query: (.*)$", PAGE, re.MULTILINE)]


@pytest.mark.parametrize("expression", expressions_of_the_page())
def test_an_expression_of_the_page_has_a_value(loaded, expression):
    shown_by(loaded, expression.replace("my-model", "Busy"))


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_is_raised_if_its_condition_holds_and_only_then(loaded, alert):
    """None of the servers has so many files open. How slow they are depends on this machine."""
    rules = eventually(loaded.rules, "Prometheus had the rules")
    assert rules[alert]["health"] in ("ok", "unknown")
    if alert in ("SeldonModelSlow", "SeldonModelFiles"):
        assert loaded.query(rules[alert]["query"].rpartition(">")[0]), "the condition has a value"
        assert alert == "SeldonModelSlow" or loaded.query(rules[alert]["query"]) == []
    else:
        eventually(lambda: loaded.rules()[alert]["state"] in ("pending", "firing"), f"{alert} was raised")


def test_prometheus_evaluates_each_rule(loaded):
    eventually(lambda: {rule["health"] for rule in loaded.rules().values()} == {"ok"}, lambda: str(loaded.rules()))
    assert len(loaded.rules()) == len(RULES)
