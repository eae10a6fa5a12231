// What shows that a model is the same: parity, training state, signatures.
function paritySection(p) {
  const big = [
    ["largest absolute error", figure(p.max_abs)],
    ["largest relative error", figure(p.max_rel)],
    ["cases compared", p.cases ? format.format(p.cases) : "–"],
    ["weights covered", p.covered === null ? "–" : `${figure(p.covered * 100)} %`],
  ];
  return section(
    "Parity",
    h(
      "div",
      { class: "cards small" },
      big.map(([text, value]) => h("div", { class: "card" }, h("b", {}, value), h("span", {}, text))),
    ),
    p.first && h("p", { class: "first-divergent" }, "First divergent layer: ", h("b", { class: "mono" }, p.first)),
    p.uncovered.length > 0 &&
      h("p", {}, "No compared output depends on: ", h("span", { class: "mono" }, p.uncovered.join(", "))),
    p.assumptions.length > 0 &&
      h("p", {}, "Both sides rely on: ", h("span", { class: "mono" }, p.assumptions.join(", "))),
    h(
      "div",
      { class: "charts" },
      p.points.length > 0 && scatter(p.points, p.of),
      p.layers.length > 0 && profile(p.layers, p.first, p.tolerance),
    ),
    p.outputs.length > 0 &&
      table(
        ["Output", "Shape", "Type", "#Max abs", "#Max rel", "#Cosine", "#Argmax agrees"],
        p.outputs.map(([name, shape, dtype, ...numbers]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row", class: "mono" }, name),
            h("td", { class: "mono" }, shape),
            h("td", { class: "mono" }, dtype),
            numbers.map((n, i) =>
              h(
                "td",
                { class: "num" },
                n === null ? "–" : i === 3 ? `${figure(n * 100)} %` : i === 2 ? n.toFixed(7) : figure(n),
              ),
            ),
          ),
        ),
        "Comparison of each output",
      ),
  );
}

function trainingSection(training) {
  const mark = (text) =>
    /^kept/.test(text)
      ? "ready"
      : /^mapped/.test(text)
        ? "assisted"
        : /^(lost|dropped)/.test(text)
          ? "blocked"
          : "plain";
  return section(
    "Training state",
    h(
      "dl",
      { class: "training" },
      Object.entries(training).map(([part, what]) => {
        const [word, ...why] = what.split(/[:,(]/);
        return h(
          "div",
          {},
          h("dt", {}, part),
          h(
            "dd",
            {},
            h("span", { class: `chip ${mark(what) === "plain" ? "plain" : "level-" + mark(what)}` }, word.trim()),
            why.length > 0 && h("span", { class: "dim" }, " " + what.slice(word.length).replace(/^[:,\s]+/, "")),
          ),
        );
      }),
    ),
  );
}

function signatureSection({ old, new: now }) {
  return section(
    "Signatures",
    h(
      "div",
      { class: "sides" },
      compared("Legacy", old || "", now || "", "was"),
      compared("Keras 3", now || "", old || "", "now"),
    ),
  );
}

