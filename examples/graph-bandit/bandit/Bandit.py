import numpy as np


class Bandit(object):
    """Sends a request to the branch with the highest mean reward, or to any one (epsilon-greedy).

    epsilon: the part of the requests for any branch. It begins with this, and each reward makes it smaller.
    decay: by which factor. least: its end, because the branches may change.
    """

    def __init__(self, branches=2, epsilon=1.0, decay=0.99, least=0.05, seed=None):
        self.epsilon, self.decay, self.least = epsilon, decay, least
        self.random = np.random.RandomState(seed)
        self.tries = np.zeros(branches)
        self.rewards = np.zeros(branches)

    def route(self, features, feature_names):
        """The number of the branch that answers."""
        if self.random.rand() < self.exploring():
            return self.random.randint(len(self.tries))
        return np.argmax(self.mean_rewards())

    def send_feedback(self, features, feature_names, routing, reward, truth):
        """routing: the branch that answered, from `meta.routing` of the response."""
        self.tries[routing] += 1
        self.rewards[routing] += reward

    def exploring(self):
        return max(self.epsilon * self.decay ** self.tries.sum(), self.least)

    def mean_rewards(self):
        return self.rewards / np.maximum(self.tries, 1)

    def tags(self):
        return {"mean_rewards": self.mean_rewards()}

    def get_state(self):
        """What is kept where PERSISTENCE=1."""
        return {"tries": self.tries, "rewards": self.rewards}

    def set_state(self, state):
        self.tries, self.rewards = state["tries"], state["rewards"]
