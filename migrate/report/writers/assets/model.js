// The page of one model: what it is, what became of each part, and how we know.
const EVIDENCE = {
  golden: "Compared with inputs and outputs recorded by the framework that wrote the model.",
  original:
    "Compared with the untouched file, run by the legacy framework; none of our rules affected the reference.",
  reconstructed:
    "Compared with the legacy framework built from the repaired configuration: independent on the Keras 3 side only.",
};
const DONE = new Set(["migrated", "unverified"]);
const STATUS = {
  migrated: "Migrated, compared and equal.",
  unverified: "Built, but there was nothing to compare it with.",
  blocked: "Needs something from you before it can be migrated.",
  unsafe: "Refused: the file contains code that must not be executed without your consent.",
  failed: "The attempt failed.",
  skipped: "Nothing to do: already Keras 3, or not a model.",
  planned: "Only inspected; nothing was run yet.",
  unseen: "Found, but not examined.",
};

function modelPage(model) {
  const d = detailOf(model);
  const parity = d.parity;
  const own = model.entries.map((i) => findings[i]);
  const written = Object.entries(d.written_by || {})
    .map(([k, v]) => `${k} ${v}`)
    .join(", ");
  return [
    pageHead(
      "models",
      model,
      models,
      h("span", { class: `chip level-${levels[model.level]}` }, model.status),
      parity && parity.evidence && h("span", { class: "chip plain" }, `evidence: ${parity.evidence}`),
    ),
    h("p", { class: "lead" }, STATUS[model.status] || "", " ", (parity && EVIDENCE[parity.evidence]) || ""),
    d.next && h("div", { class: "next-step" }, h("p", {}, h("b", {}, "Next: "), ticks(d.next[0])), d.next[1] && command(d.next[1])),
    facts([
      ["Format", model.form],
      ["Written by", written],
      ["SHA-256", d.sha256 && h("span", { class: "mono sha" }, d.sha256)],
      ["Untouched in stock Keras 3", d.untouched],
      ["Time", d.seconds ? `${figure(d.seconds)} s` : ""],
      ["Needs", d.needs && d.needs.join(", ")],
      ...Object.entries(d.outputs || {}).map(([k, v]) => [
        k.replace("_", " "),
        h("span", { class: "mono" }, broken(v)),
      ]),
    ]),
    own.length > 0 &&
      section(
        many(own.length, "finding"),
        h(
          "div",
          { class: "notes" },
          own.map((f) => findingCard(f)),
        ),
      ),
    d.graph && pictureSection(d, DONE.has(model.status)),
    parity && paritySection(parity),
    d.layers && layersSection(d.layers, d.parameters ?? 0, DONE.has(model.status)),
    d.fired && firedSection(d.fired, d.rules || []),
    !d.fired &&
      d.rules &&
      section(
        model.status === "planned" ? "What migration will do" : "Rules that fired",
        h(
          "p",
          {},
          d.rules.map((code) => [codeLink(code), " "]),
        ),
      ),
    d.training && trainingSection(d.training),
    d.signatures && signatureSection(d.signatures),
    linksOf(model.path),
  ];
}
const facts = (rows) =>
  h(
    "dl",
    { class: "facts" },
    rows.filter(([, v]) => v).map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]),
  );
const codeLink = (code) =>
  reasonAt.has(code)
    ? h("a", { class: "chip plain mono", href: go("reason", code) }, code)
    : h("span", { class: "chip plain mono" }, code);

function layersSection(layers, total, ran) {
  const body = h("tbody");
  const changed = layers.filter((l) => l[3].length).length;
  const field = h("input", { type: "search", placeholder: "Filter layers", "aria-label": "Filter layers" });
  const only = h("input", { type: "checkbox" });
  const draw = () => {
    const text = field.value.toLowerCase();
    const rows = layers.filter(
      ([path, name, , rules]) =>
        (!only.checked || rules.length) && `${path} ${name} ${rules.join(" ")}`.toLowerCase().includes(text),
    );
    body.replaceChildren(
      ...rows
        .slice(0, 1000)
        .map(([path, name, parameters, rules]) =>
          h(
            "tr",
            { class: rules.length > 0 && "changed" },
            h("th", { scope: "row", class: "mono" }, broken(path)),
            h("td", { class: "mono" }, name),
            h("td", { class: "num" }, format.format(parameters)),
            h(
              "td",
              {},
              rules.length
                ? rules.map((code) => [codeLink(code), " "])
                : h("span", { class: "dim" }, ran ? "unchanged" : "–"),
            ),
          ),
        ),
    );
  };
  field.addEventListener("input", draw);
  only.addEventListener("change", draw);
  draw();
  const heads = ["Layer", "Class", "Parameters", "What happened"].map((text, i) =>
    h("th", { scope: "col", class: i === 2 && "num" }, text),
  );
  return section(
    "Layers",
    h(
      "p",
      { class: "dim" },
      `${many(layers.length, "layer")}, ${format.format(total)} parameters${ran ? `; ${changed} changed by rules` : ""}.`,
    ),
    layers.length > 8 && h("div", { class: "filters" }, field, h("label", { class: "check" }, only, " only changed")),
    scroller(
      "Layers",
      h(
        "table",
        { class: "plain layers" },
        h("caption", { class: "hidden" }, "Layers, parameters and what happened to each"),
        h("thead", {}, h("tr", {}, heads)),
        body,
      ),
    ),
  );
}

// A change that fits on a line is a row of a table, a longer one has its two sides.
function firedSection(fired) {
  const small = fired.filter(
    ([, , before, after]) => !/\n/.test(before + after) && Math.max(before.length, after.length) <= 110,
  );
  const large = fired.filter((row) => !small.includes(row));
  const rows = small.map(([code, place, before, after]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, codeLink(code)),
      h("td", { class: "mono" }, broken(place)),
      h("td", {}, before ? h("code", { class: "differs-old" }, before) : h("span", { class: "dim" }, "–")),
      h("td", {}, after ? h("code", { class: "differs-new" }, after) : h("span", { class: "dim" }, "gone")),
    ),
  );
  const one = ([code, place, before, after]) =>
    h(
      "article",
      { class: "fired" },
      h("header", {}, codeLink(code), " ", h("span", { class: "mono" }, place)),
      h("div", { class: "sides" }, compared("Before", before, after, "was"), compared("After", after, before, "now")),
    );
  const rest = large.slice(20);
  const more =
    rest.length > 0 &&
    h(
      "button",
      { type: "button", class: "plain-button", onclick: (e) => e.target.replaceWith(...rest.map(one)) },
      `Show ${many(rest.length, "more")}`,
    );
  return section(
    `Rules that fired (${fired.length})`,
    rows.length > 0 && table(["Rule", "Where", "Before", "After"], rows, "Rules that fired, with before and after"),
    large.slice(0, 20).map(one),
    more,
  );
}
// Lines that the other side does not have stand out.
function compared(title, text, other, kind) {
  const known = new Set(other.split("\n").map((line) => line.trim().replace(/,$/, "")));
  const lines = text
    .split("\n")
    .map((line) => h("span", { class: known.has(line.trim().replace(/,$/, "")) ? "" : "differs" }, line + "\n"));
  return h(
    "figure",
    { class: `side ${kind}` },
    h("figcaption", {}, title),
    h("pre", { tabindex: "0" }, h("code", {}, lines)),
  );
}

const KINDS = {
  loads: "is loaded by",
  saves: "is written by",
  names: "is mentioned by",
  defines: "uses a class from",
  calls: "is called by",
};
function linksOf(path) {
  const own = links.filter(
    (l) => l.target === path && (l.state === "linked" || l.kind === "defines" || l.kind === "calls"),
  );
  if (!own.length) return null;
  return section(
    "Links to the source",
    h(
      "ul",
      { class: "links" },
      own.map((l) =>
        h(
          "li",
          {},
          h("span", { class: "dim" }, KINDS[l.kind] || l.kind),
          " ",
          l.path
            ? unitLink(l.path, `${l.path}${l.line ? ":" + l.line : ""}`)
            : h("span", { class: "chip level-blocked" }, "nowhere in the source"),
          " ",
          h("code", {}, l.text),
          " ",
          l.kind === "defines" && fileAt.has(l.path) && chip("level", levels[fileAt.get(l.path).level]),
        ),
      ),
    ),
  );
}
