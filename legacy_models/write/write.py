"""Write the cases of one era with the framework that is installed here.

    python write.py --era keras-2.2.4 --out ..            # all cases of the era
    python write.py --era keras-2.2.4 --out .. --only mlp # one case

See README.md beside this file for the environments.  Every number is drawn from seeds, so a second run
writes the same arrays (HDF5 and zip containers carry time stamps and are not the same bytes).
"""

import argparse
import importlib
import json
import os
import shutil
import sys
import traceback

from casebook import FORMS, Special, folder_name, of_era
from kit import open_kit
from record import order_the_updates

MODULES = (
    "cases_keras1",
    "cases_keras1_models",
    "cases_layers",
    "cases_convolutions",
    "cases_structure",
    "cases_recurrent",
    "cases_masks",
    "cases_lambda",
    "cases_ops",
    "cases_ops_more",
    "cases_tfkeras",
    "cases_preprocessing",
    "cases_training",
    "cases_training_state",
    "cases_modes",
    "cases_losses",
    "cases_rules",
    "cases_rules_keras1",
    "cases_savedmodel",
    "cases_savedmodel_classes",
    "cases_savedmodel_strings",
    "cases_savedmodel_hub",
    "cases_savedmodel_calls",
    "cases_tf1",
    "cases_tf1_control",
    "cases_checkpoint",
    "cases_tfjs",
    "cases_ecosystem",
    "cases_packages",
    "cases_graphs",
    "cases_own",
)


def save(kit, model, form, folder):
    """Save the model in the form; return what case.json says of the files."""
    artifact, kind = FORMS[form]
    path = os.path.join(folder, artifact)
    record = {"artifact": artifact, "kind": kind}
    if form == "h5":
        model.save(path)
    elif form == "keras":
        extra = {"save_format": "keras_v3"} if kit.version[:2] == (2, 12) else {}
        model.save(path, **extra)
    elif form == "savedmodel":
        model.save(path, **({"save_format": "tf"} if kit.version < (2, 13) else {}))
    else:
        architecture = "model." + form
        text = model.to_json() if form == "json" else model.to_yaml()
        with open(os.path.join(folder, architecture), "w") as handle:
            handle.write(text)
        model.save_weights(path)
        record["architecture"] = architecture
    return record


def write_case(kit, case, form, folder):
    """Build, draw, train if compiled, save, record; return what case.json says of the files."""
    import record as rec

    name = case.name
    model = case.build(kit)
    draw = kit.rng(name, "weights")
    if case.draw:
        rec.draw_weights(kit, model, draw)
    data = kit.rng(name, "inputs")
    inputs = case.inputs(data) if case.inputs else rec.draw_inputs(kit, model, data)
    facts = {}
    targets = []
    if case.compile is not None:
        model.compile(**case.compile(kit))
        outputs = rec.run(kit, model, inputs)
        targets = rec.draw_targets(kit, model, case.targets, kit.rng(name, "targets"), outputs)
        for _ in range(3):
            rec.train_step(kit, model, inputs, targets)
    facts.update(save(kit, model, form, folder))
    stem = "model" if form != "savedmodel" else "saved_model"
    if getattr(model, "stateful", False):
        model.reset_states()
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    if case.activations and form in ("h5", "json", "yaml"):
        inner = rec.activations(kit, model, inputs)
        golden.update({"activations/" + layer: array for layer, array in inner.items()})
    if form == "savedmodel":
        from signatures import record_signatures, serving_feed

        path = os.path.join(folder, "saved_model")
        names = getattr(model, "input_names", None) or []
        golden.update(record_signatures(kit, path, serving_feed(kit, path, inputs, names)))
    facts["golden"] = stem + ".golden.npz"
    rec.write_npz(os.path.join(folder, facts["golden"]), golden)
    if case.compile is not None and form == "keras" and ".legacy" in type(model.optimizer).__module__:
        facts["note"] = "The archive holds no state of a legacy optimizer, so no further step is recorded."
    elif case.compile is not None:
        rec.train_step(kit, model, inputs, targets)
        step = rec.numbered("x", inputs)
        step.update(rec.numbered("y", targets))
        step.update(rec.weights_record(kit, model))
        facts["step"] = stem + ".step.npz"
        rec.write_npz(os.path.join(folder, facts["step"]), step)
    note = (case.notes or {}).get(kit.era)
    if note:
        facts["note"] = note
    if case.custom:
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom", case.custom)
        shutil.copyfile(source, os.path.join(folder, "custom_objects.py"))
        facts["custom_objects"] = "custom_objects.py"
    # a SavedModel computes by its own graph, so its signatures can be kept without any class
    promised = case.status if form != "savedmodel" else "migrated"
    facts["expect"] = {"status": promised}
    if promised != "migrated":
        facts["expect"]["reason"] = case.reason
    facts["rtol"] = case.rtol
    return facts


def write_one(kit, case, form, era_folder):
    """Write one case folder anew."""
    name = folder_name(case.name, form)
    folder = os.path.join(era_folder, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    kit.reset()
    facts = case.write(kit, folder) if isinstance(case, Special) else write_case(kit, case, form, folder)
    document = {
        "case": name,
        "era": kit.era,
        "keras": kit.keras_version,
        "tensorflow": kit.tf_version,
        "backend": kit.backend,
        "python": kit.python,
        "about": case.about,
        "traits": sorted(case.traits),
        "rtol": 1e-5,
    }
    document.update(facts)
    with open(os.path.join(folder, "case.json"), "w") as handle:
        json.dump(document, handle, indent=2, sort_keys=True)
        handle.write("\n")


def main():
    """Write every case of the era; exit with 1 if any could not be written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--era", required=True)
    parser.add_argument("--out", required=True, help="the folder that holds one folder per era")
    parser.add_argument("--only", action="append", help="a case's folder name; repeatable")
    parser.add_argument("--wide", action="store_true", help="also the cases that the repository leaves out")
    options = parser.parse_args()
    out = os.path.join(os.path.abspath(options.out), options.era)
    kit = open_kit(options.era)
    for module in MODULES:
        importlib.import_module(module)
    order_the_updates(kit)
    broken = []
    for case, form in of_era(options.era, options.wide):
        name = folder_name(case.name, form)
        if options.only and name not in options.only:
            continue
        try:
            write_one(kit, case, form, out)
            print("wrote  " + name)
        except Exception:  # one case that the era cannot write must not keep the others from being written
            traceback.print_exc()
            shutil.rmtree(os.path.join(out, name), ignore_errors=True)
            broken.append(name)
            print("FAILED " + name)
        sys.stdout.flush()
    if broken:
        print("could not write: " + ", ".join(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
