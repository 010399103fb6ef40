import numpy as np


class MyRouter(object):
    """Sends most requests to the branch that has earned the highest mean reward, a few to any (epsilon-greedy)."""

    def __init__(self, n_branches=2, epsilon=0.1, seed=None):
        self.epsilon = epsilon
        self.random = np.random.RandomState(seed)
        self.tries = np.zeros(n_branches)
        self.rewards = np.zeros(n_branches)

    def route(self, features, feature_names):
        """The number of the branch that answers; -1 would ask all of them."""
        if self.random.rand() < self.epsilon:
            return self.random.randint(len(self.tries))
        return np.argmax(self.mean_rewards())

    def send_feedback(self, features, feature_names, routing, reward, truth):
        self.tries[routing] += 1
        self.rewards[routing] += reward

    def mean_rewards(self):
        return self.rewards / np.maximum(self.tries, 1)

    def get_state(self):
        """What is kept where PERSISTENCE=1: arrays, numbers, text, bytes."""
        return {"tries": self.tries, "rewards": self.rewards}

    def set_state(self, state):
        self.tries, self.rewards = state["tries"], state["rewards"]

    def tags(self):
        return {"mean_rewards": self.mean_rewards()}
