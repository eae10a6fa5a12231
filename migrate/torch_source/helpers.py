"""Helper functions and classes that a written source may hold: what Keras computes and PyTorch has no module for."""

from __future__ import annotations

from collections.abc import Mapping

_PAD_SAME = '''
def pad_same(x, size, strides, dilation):
    """Zeros around the axes of space as Keras' padding="same" adds them: an odd rest goes to the end."""
    pads = []
    for length, k, s, d in zip(reversed(x.shape[2:]), reversed(size), reversed(strides), reversed(dilation)):
        total = max((-(-length // s) - 1) * s + (k - 1) * d + 1 - length, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)
'''

_RECURRENT = '''
class Recurrent(nn.Module):
    """A recurrent layer step by step, for masks and activations that PyTorch's own ones do not have.

    A step whose mask is False leaves the states as they are and repeats the output before it, or gives zeros where
    `zero_output` says so. Parameters have PyTorch's names and order of gates.
    """

    gates, has_cell = 1, False

    def __init__(self, inputs, units, activation=torch.tanh, recurrent_activation=torch.sigmoid, zero_output=False):
        super().__init__()
        self.activation, self.recurrent_activation = activation, recurrent_activation
        self.units, self.zero_output = units, zero_output
        self.weight_ih_l0 = nn.Parameter(torch.zeros(self.gates * units, inputs))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(self.gates * units, units))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(self.gates * units))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(self.gates * units))

    def forward(self, x, states=None, mask=None):
        if states is None:
            states = [x.new_zeros(x.shape[0], self.units) for _ in range(2 if self.has_cell else 1)]
        output, outputs = x.new_zeros(x.shape[0], self.units), []
        for t in range(x.shape[1]):
            new = self.step(x[:, t], states)
            if mask is None:
                states = new
                output = states[0]
            else:
                keep = mask[:, t].unsqueeze(1)
                output = torch.where(keep, new[0], torch.zeros_like(output) if self.zero_output else output)
                states = [torch.where(keep, a, b) for a, b in zip(new, states)]
            outputs.append(output)
        return torch.stack(outputs, dim=1), states
'''

_STEP_RNN = """
class StepRNN(Recurrent):
    def step(self, x, states):
        given = F.linear(x, self.weight_ih_l0, self.bias_ih_l0)
        return [self.activation(given + F.linear(states[0], self.weight_hh_l0, self.bias_hh_l0))]
"""

_STEP_LSTM = """
class StepLSTM(Recurrent):
    gates, has_cell = 4, True

    def step(self, x, states):
        h, c = states
        gates = F.linear(x, self.weight_ih_l0, self.bias_ih_l0) + F.linear(h, self.weight_hh_l0, self.bias_hh_l0)
        i, f, g, o = gates.chunk(4, dim=1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        return [self.recurrent_activation(o) * self.activation(c), c]
"""

_STEP_GRU = '''
class StepGRU(Recurrent):
    """`reset_after` says whether the reset gate acts after the product with the state, as in PyTorch, or before it."""

    gates = 3

    def __init__(self, *args, reset_after=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.reset_after = reset_after

    def step(self, x, states):
        (h,) = states
        r, z, n = F.linear(x, self.weight_ih_l0, self.bias_ih_l0).chunk(3, dim=1)
        w_r, w_z, w_n = self.weight_hh_l0.chunk(3)
        b_r, b_z, b_n = self.bias_hh_l0.chunk(3)
        r = self.recurrent_activation(r + F.linear(h, w_r, b_r))
        z = self.recurrent_activation(z + F.linear(h, w_z, b_z))
        inner = r * F.linear(h, w_n, b_n) if self.reset_after else F.linear(r * h, w_n, b_n)
        return [(1 - z) * self.activation(n + inner) + z * h]
'''

_LINEAR = """
def linear(x):
    return x
"""

TEXTS: Mapping[str, str] = {
    "pad_same": _PAD_SAME,
    "linear": _LINEAR,
    "Recurrent": _RECURRENT,
    "StepRNN": _STEP_RNN,
    "StepLSTM": _STEP_LSTM,
    "StepGRU": _STEP_GRU,
}
"""By the name that a source knows each by, in the order in which they stand in it."""
