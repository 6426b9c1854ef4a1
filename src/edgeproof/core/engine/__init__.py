"""The decider: the only place where the stages meet. `step.step` is its one door."""
