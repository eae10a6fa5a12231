"""Build and save models whose every choice comes from outside, for ``scripts/fuzz_worlds.py``.

    python draw_chosen.py --era keras-2.2.4

reads one JSON line for each model, ``{"choices": [0.1, …], "stem": "/tmp/model"}``, and answers with one: ``{"suffix":
".h5", "layers": […]}``, or ``{"refused": "…"}`` for what the era itself cannot build, call or save. Choices are numbers from 0
to 1; where they end, each further one is 0, which is the simplest. The graphs are those of ``draw_models.py``, half of
their layers with several unusual arguments from ``every_layer.py``.
"""

import argparse
import json
import sys

import record as rec
from draw_models import Drawing, Pick, form_of, save
from draw_oddities import Oddities
from draw_spelling import spell
from every_layer import KERAS1, LAYERS
from kit import open_kit

RANKS = {"line": 1, "steps": 2, "open": 2, "image": 3, "small": 3, "video": 4, "frames": 4}
MOST_INPUTS, MOST_STEPS, MOST_ARGUMENTS = 2, 9, 3


class Choices:
    """The part of ``numpy.random.RandomState`` that drawing uses, over given numbers."""

    def __init__(self, numbers):
        self.numbers = iter(numbers)

    def next(self):
        """The next number from 0 to 1."""
        return min(max(float(next(self.numbers, 0.0)), 0.0), 0.999999)

    def randint(self, low, high=None):
        """A whole number below ``high``, or from 0 below ``low``."""
        low, high = (0, low) if high is None else (low, high)
        return low + int(self.next() * (high - low))

    def uniform(self, low=0.0, high=1.0):
        """A number between two."""
        return low + self.next() * (high - low)

    def shuffle(self, items):
        """Order a list anew."""
        for last in range(len(items) - 1, 0, -1):
            other = last - self.randint(last + 1)
            items[last], items[other] = items[other], items[last]


class Unusual(Drawing):
    """A drawing half of whose layers have unusual arguments."""

    def _layer(self, shape, tensor):
        if not self.pick.chance(0.5):
            return super(Unusual, self)._layer(shape, tensor)
        tables = [(spell, entry) for entry in LAYERS if RANKS.get(entry[0]) == len(shape)]
        if self.kit.keras1:
            plain = [entry for entry in KERAS1 if RANKS.get(entry[0]) == len(shape)]
            tables += [(lambda kit, name, **a: getattr(kit.layers, name)(**a), entry) for entry in plain]
        make, (_, name, arguments, table) = self.pick.one(tables)
        options = dict(arguments)
        for _ in range(self.pick.rng.randint(MOST_ARGUMENTS + 1) if table else 0):
            key = self.pick.one(sorted(table))
            options[key] = self.pick.one(table[key])
        layer = make(self.kit, name, **options)
        made = self.odd.call(self.odd.of_layer(layer), tensor)
        self.shared.append((layer, shape))
        return made


def build(kit, choices):
    """The model and how it is saved."""
    pick = Pick(Choices(choices))
    form = form_of(kit, pick)
    drawing = Unusual(kit, pick, Oddities(kit, pick, pick.chance(0.4)))
    for _ in range(1 + pick.rng.randint(MOST_INPUTS)):
        drawing.begin()
    for _ in range(1 + pick.rng.randint(MOST_STEPS)):
        try:
            drawing.step()
        except Exception:  # whatever an era says of an argument that it has not: the drawing goes on without it
            continue
    return drawing.model(), form


def answer(kit, request):
    """Build and save one model; what the era says of one that it does not take is no fault."""
    kit.reset()
    kit.K.set_floatx("float32")
    try:
        model, form = build(kit, request["choices"])
        rec.draw_weights(kit, model, kit.rng("chosen", "weights"))
        return {"suffix": save(kit, model, form, request["stem"]), "layers": layers_of(model)}
    except Exception as error:  # whatever an era raises for an argument that it has not
        return {"refused": "{}: {}".format(type(error).__name__, str(error)[:200])}


def layers_of(model):
    """The classes of the layers, in the order of the model."""
    return [type(layer).__name__ for layer in model.layers]


def main():
    """Answer until the input ends; what frameworks print goes to the other stream."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--era", required=True)
    answers, sys.stdout = sys.stdout, sys.stderr
    kit = open_kit(parser.parse_args().era)
    for line in sys.stdin:
        answers.write(json.dumps(answer(kit, json.loads(line))) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
