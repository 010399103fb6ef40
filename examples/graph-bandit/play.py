"""Sends digits to the served graph, and a reward for each response. Prints what the bandit learns.

    python play.py http://127.0.0.1:5000 answers.csv

The file gets a row for each request: its branch, and its reward. The exit code is 1 if the bandit has not learned.
"""

import csv
import http.client
import json
import sys
import urllib.parse

from sklearn.datasets import load_digits

BRANCHES = ("tree", "forest")  # the children in graph.yaml, in their order
BEST = BRANCHES.index("forest")
WINDOW = 100  # requests a line
ENOUGH = 0.8  # the share of the best branch in the last third; the bandit still explores a little


class Graph:
    """The graph that is served at a URL. One connection has all requests."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)

    def predict(self, row):
        """The whole response, as it came."""
        return self._post("/api/v1.0/predictions", {"data": {"ndarray": [list(row)]}})

    def reward(self, response, reward):
        """The walk finds the way of the request in `meta.routing` of its response."""
        self._post("/api/v1.0/feedback", {"response": response, "reward": reward})

    def _post(self, path, message):
        self.connection.request("POST", path, json.dumps(message), {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        text = response.read().decode("utf-8")
        if response.status != 200:
            sys.exit(f"{path}: expected the status 200, found {response.status}: {text}")
        return json.loads(text)


def play(graph, rows, digits):
    """Yield (branch, reward) of each row. The reward is 1 if the most probable digit is the right one."""
    for row, digit in zip(rows, digits, strict=True):
        response = graph.predict(row)
        data = response["data"]
        probabilities = data["ndarray"][0]
        found = data["names"][probabilities.index(max(probabilities))]
        reward = 1.0 if found == str(digit) else 0.0
        graph.reward(response, reward)
        yield response["meta"]["routing"]["bandit"], reward


def share_of(branch, answers):
    return sum(chosen == branch for chosen, _ in answers) / len(answers)


def mean_reward(answers):
    return sum(reward for _, reward in answers) / len(answers)


def print_window(answers):
    """A line for the last requests."""
    window = answers[-(len(answers) % WINDOW or WINDOW) :]
    shares = "  ".join(f"{share_of(branch, window):7.0%}" for branch in range(len(BRANCHES)))
    first = len(answers) - len(window) + 1
    print(f"{first:4} to {len(answers):4}  {shares}  {mean_reward(window):11.2f}", flush=True)


def mistake(answers):
    """Why the bandit has not learned; "" if it has."""
    third = len(answers) // 3
    share, first, last = share_of(BEST, answers[-third:]), mean_reward(answers[:WINDOW]), mean_reward(answers[-third:])
    if share < ENOUGH:
        return f"the share of {BRANCHES[BEST]}: expected {ENOUGH} or more at the end, found {share:.2f}"
    if last <= first:
        return f"the mean reward: expected more than the first {first:.2f} at the end, found {last:.2f}"
    return ""


def main(url, file):
    digits = load_digits()
    answers = []
    print("    requests  " + "  ".join(f"{name:>7}" for name in BRANCHES) + "  mean reward")
    for answer in play(Graph(url), digits.data[::3].tolist(), digits.target[::3].tolist()):
        answers.append(answer)
        if len(answers) % WINDOW == 0:
            print_window(answers)
    if len(answers) % WINDOW:
        print_window(answers)
    with open(file, "w", encoding="utf-8") as output:
        rows = csv.writer(output)
        rows.writerow(("branch", "reward"))
        rows.writerows((BRANCHES[branch], reward) for branch, reward in answers)
    return mistake(answers)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
