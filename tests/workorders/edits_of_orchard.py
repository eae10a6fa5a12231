"""Edits of the orchard's layers as an agent could propose them: right ones, and wrong ones of many kinds."""

from __future__ import annotations

Proposal = tuple[str, list[dict[str, str]]]
"""Name of the definition whose order it is for, and the edits."""

RIGHT: list[Proposal] = [
    (
        "RunningMean",
        [
            {
                "old": "self.add_update(self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * batch))",
                "new": "self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * batch)",
            }
        ],
    ),
    (
        "Weigher",
        [
            {
                "old": "        self.factor = None\n",
                "new": "        self.factor = None\n\n    def build(self, input_shape):\n"
                '        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones")\n',
            },
            {
                "old": "        if self.factor is None:\n"
                "            self.factor = self.add_weight("
                'name="factor", shape=(inputs.shape[-1],), initializer="ones")\n',
                "new": "",
            },
        ],
    ),
    (
        "Reader",
        [
            {
                "old": "        for step in keras.ops.arange(keras.ops.shape(inputs)[1]):\n",
                "new": "        for step in range(inputs.shape[1]):\n",
            },
        ],
    ),
    (
        "Penalised",
        [
            {
                "old": "        super(Penalised, self).__init__(**kwargs)\n",
                "new": "        super(Penalised, self).__init__(**kwargs)\n"
                '        self.level = keras.metrics.Mean(name="level")\n',
            },
            {
                "old": "        self.add_loss(lambda: self.rate * keras.ops.sum(keras.ops.square(self.scale)))\n",
                "new": "",
            },
            {
                "old": '        self.add_metric(keras.ops.mean(inputs), name="level", aggregation="mean")\n',
                "new": "        self.level.update_state(keras.ops.mean(inputs))\n"
                "        self.add_loss(self.rate * keras.ops.sum(keras.ops.square(self.scale)))\n",
            },
        ],
    ),
    (
        "Upright",
        [
            {
                "old": "        if keras.ops.sum(inputs) > 0:\n            return inputs\n        return -inputs\n",
                "new": "        return keras.ops.where(keras.ops.sum(inputs) > 0, inputs, -inputs)\n",
            }
        ],
    ),
]

_UPDATE = RIGHT[0][1][0]["old"]
WRONG: list[Proposal] = [
    # the update is gone, and with it the running mean
    ("RunningMean", [{"old": _UPDATE, "new": "pass"}]),
    # the momentum stands at the other side
    (
        "RunningMean",
        [
            {
                "old": _UPDATE,
                "new": "self.mean.assign((1 - self.momentum) * self.mean + self.momentum * batch)",
            }
        ],
    ),
    # the finding is silenced
    ("RunningMean", [{"old": _UPDATE, "new": f"{_UPDATE}  # keras-migrate: ignore[CUS012]"}]),
    # another default, so that callers get something else
    (
        "RunningMean",
        [
            {"old": "momentum=0.9, **kwargs", "new": "momentum=0.99, **kwargs"},
            {"old": _UPDATE, "new": RIGHT[0][1][0]["new"]},
        ],
    ),
    # the weight starts, and stays, untrained
    (
        "Weigher",
        [
            {
                "old": RIGHT[1][1][0]["old"],
                "new": RIGHT[1][1][0]["new"].replace(
                    'initializer="ones")', 'initializer="ones", trainable=False)'
                ),
            },
            RIGHT[1][1][1],
        ],
    ),
    # the last step is left out
    ("Reader", [{"old": RIGHT[2][1][0]["old"], "new": "        for step in range(inputs.shape[1] - 1):\n"}]),
    # the sequence is read backwards
    (
        "Reader",
        [{"old": RIGHT[2][1][0]["old"], "new": "        for step in reversed(range(inputs.shape[1])):\n"}],
    ),
    # the penalty is a mean
    (
        "Penalised",
        [
            *RIGHT[3][1][:2],
            {**RIGHT[3][1][2], "new": RIGHT[3][1][2]["new"].replace("keras.ops.sum", "keras.ops.mean")},
        ],
    ),
    # right for the batches that anybody would try, and wrong for others
    (
        "Upright",
        [
            {
                "old": RIGHT[4][1][0]["old"],
                "new": "        if inputs.shape[0] > 64:\n            return inputs\n"
                "        return keras.ops.where(keras.ops.sum(inputs) > 0, inputs, -inputs)\n",
            }
        ],
    ),
    # the class is there in name only
    (
        "Upright",
        [
            {
                "old": "    def call(self, inputs):\n" + RIGHT[4][1][0]["old"],
                "new": "    def call(self, inputs):\n        return inputs\n",
            }
        ],
    ),
]
