// The picture of a model: one row for each layer, the legacy graph on the left and the Keras 3 graph on the right, aligned.
// Tensors run in lanes between the rows, as branches do in the log of a repository, so that a graph needs no layout
// but its order, and a thousand layers are a thousand rows that the browser draws when they come into sight.
const LANE = 12;
const ROW = 30;
const HEAT = [
  ["exact", "equal to the last bit"],
  ["tiny", "within a hundredth of the tolerance"],
  ["within", "within the tolerance"],
  ["beyond", "beyond the tolerance"],
];
const heatOf = (error, tolerance) =>
  error === undefined || error === null
    ? ""
    : error === 0
      ? "exact"
      : error <= tolerance / 100
        ? "tiny"
        : error <= tolerance
          ? "within"
          : "beyond";

// For each row of one side: its lane, the lanes that its inputs come from, those that pass, those that go on below it.
function lanesOf(rows, has, inputsOf) {
  const last = new Map();
  rows.forEach((_, i) => inputsOf(i).forEach((from) => from < i && last.set(from, i)));
  const lanes = [];
  return rows.map((_, i) => {
    const before = lanes.map((held) => held !== null);
    if (!has(i)) return { before, after: before, own: null, from: [] };
    const sources = inputsOf(i).filter((from) => from < i);
    const from = sources.map((source) => lanes.indexOf(source)).filter((lane) => lane >= 0);
    const ending = from.filter((lane) => last.get(lanes[lane]) <= i);
    for (const lane of ending) lanes[lane] = null;
    let own = ending.length ? Math.min(...ending) : lanes.indexOf(null);
    if (own < 0) own = lanes.length;
    lanes[own] = last.get(i) > i ? i : null;
    return { before, after: lanes.map((held) => held !== null), own, from };
  });
}

// The piece of the lanes that belongs to one row; `flip` draws the right side, whose lanes count from the text outwards.
function gutter({ before, after, own, from }, width, flip, mark) {
  const x = (lane) => (flip ? LANE * (lane + 0.5) : width - LANE * (lane + 0.5));
  const line = (d) => s("path", { class: "tensor", d });
  const parts = [];
  before.forEach((held, lane) => {
    if (held && after[lane] && lane !== own) parts.push(line(`M${x(lane)} 0V${ROW}`));
  });
  for (const lane of from)
    parts.push(line(`M${x(lane)} 0C${x(lane)} ${ROW / 2} ${x(own)} 0 ${x(own)} ${ROW / 2}`));
  if (own !== null && after[own]) parts.push(line(`M${x(own)} ${ROW / 2}V${ROW}`));
  if (own !== null) parts.push(s("circle", { class: mark, cx: x(own), cy: ROW / 2, r: 4.5 }));
  return s("svg", { width, height: ROW, viewBox: `0 0 ${width} ${ROW}`, "aria-hidden": "true" }, parts);
}

function pictureSection(d, ran) {
  // 0 stands for what pagedata.py left out: see there.
  const rows = d.graph.map(([place, kind, other, from, otherFrom], i) => {
    const layer = typeof place === "number" ? d.layers[place] : null;
    const old = kind === 0 ? layer[1] : kind;
    const oldInputs = from === 0 ? [i - 1] : from;
    return {
      path: layer ? layer[0] : place,
      old,
      now: other === 0 ? old : other,
      oldInputs,
      nowInputs: otherFrom === 0 ? oldInputs : otherFrom,
      rules: [],
      fired: [],
    };
  });
  const at = new Map(rows.map((row) => [row.path, row]));
  for (const [path, , parameters, rules] of d.layers || [])
    if (at.has(path)) Object.assign(at.get(path), { parameters, rules });
  for (const one of d.fired || []) if (at.has(one[1])) at.get(one[1]).fired.push(one);
  const tolerance = d.parity ? d.parity.tolerance : 1e-5;
  for (const [layer, maxAbs, maxRel] of d.parity ? d.parity.layers : [])
    if (at.has(layer)) at.get(layer).error = maxRel ?? maxAbs;
  const unseen = d.parity ? d.parity.uncovered : [];
  for (const row of rows) row.unseen = unseen.filter((name) => name === row.path || name.startsWith(row.path + "/"));
  const both = rows.some((row) => row.now);
  const left = lanesOf(rows, (i) => rows[i].old, (i) => (rows[i].old ? rows[i].oldInputs : []));
  const right = both && lanesOf(rows, (i) => rows[i].now, (i) => (rows[i].now ? rows[i].nowInputs : []));
  const wide = (lanes) => LANE * Math.max(1, ...lanes.map((l) => Math.max(l.after.length, (l.own ?? 0) + 1)));
  const widths = [wide(left), both ? wide(right) : 0];
  const changed = (row) => both && (row.old !== row.now || row.rules.length > 0);
  const draw = (i, above) => {
    const row = rows[i];
    const heat = heatOf(row.error, tolerance);
    const mark = `layer${row.unseen.length ? " hollow" : ""}${heat ? " heat-" + heat : ""}`;
    const name = row.path.slice(above ? above.path.length + 1 : 0);
    const cell = (kind) =>
      kind
        ? h("span", { class: "box", title: row.path }, h("b", {}, kind), " ", h("span", { class: "mono" }, name))
        : h("span", { class: "box none" });
    const inner = i + 1 < rows.length && rows[i + 1].path.startsWith(row.path + "/");
    return h(
      "summary",
      { class: changed(row) && "changed" },
      gutter(left[i], widths[0], false, mark),
      cell(row.old),
      both &&
        h(
          "span",
          { class: `error${heat ? " heat-" + heat : ""}` },
          row.error === undefined ? (changed(row) ? "changed" : "") : figure(row.error),
        ),
      both && cell(row.now),
      both && gutter(right[i], widths[1], true, mark),
      inner && h("span", { class: "hidden" }, "nested model, click to show its layers"),
    );
  };
  const about = (row) => [
    h(
      "p",
      {},
      [
        row.old && row.now && row.old !== row.now ? `${row.old} became ${row.now}. ` : "",
        both && !row.old ? "Added by a rule. " : "",
        both && !row.now ? "Replaced by other layers. " : "",
        row.parameters ? `${many(row.parameters, "parameter")}. ` : "",
        row.error === undefined ? "" : `Largest relative error of its output: ${figure(row.error)}. `,
        row.unseen.length ? `No compared output depends on ${row.unseen.join(", ")}. ` : "",
      ],
      row.rules.map((code) => [codeLink(code), " "]),
    ),
    row.fired.map(([code, , before, after]) =>
      h("div", { class: "sides" }, compared(`${code}: before`, before, after, "was"), compared("After", after, before, "now")),
    ),
  ];
  // The rows of a nested model stand inside the row of the model; its details are made when it is opened.
  const build = (from, to, above) => {
    const made = [];
    for (let i = from; i < to; i++) {
      let end = i + 1;
      while (end < to && rows[end].path.startsWith(rows[i].path + "/")) end++;
      const row = rows[i];
      const first = i + 1;
      const element = h("details", { class: "row" }, draw(i, above));
      let filled = false;
      element.addEventListener("toggle", () => {
        if (filled || !element.open) return;
        filled = true;
        element.append(h("div", { class: "about" }, about(row)), h("div", { class: "inner" }, build(first, end, row)));
      });
      made.push(element);
      i = end - 1;
    }
    return made;
  };
  const list = h("div", { class: "rows-of-layers" }, build(0, rows.length, null));
  const nested = rows.some((row, i) => i + 1 < rows.length && rows[i + 1].path.startsWith(row.path + "/"));
  const differ = rows.filter(changed).length;
  const shownHeat = new Set(rows.map((row) => heatOf(row.error, tolerance)).filter(Boolean));
  return section(
    "Graph",
    h(
      "p",
      { class: "dim" },
      both
        ? `Keras 2 on the left, Keras 3 on the right: ${many(rows.length, "layer")}, ${format.format(differ)} changed. `
        : `${many(rows.length, "layer")} of the legacy model. `,
      nested && "Click a nested model to show its layers. ",
      ran && "Click a row to see before and after.",
    ),
    h(
      "ul",
      { class: "legend" },
      HEAT.filter(([name]) => shownHeat.has(name)).map(([name, text]) =>
        h("li", {}, h("i", { class: `dot heat-${name}` }), text),
      ),
      rows.some((row) => row.unseen.length) &&
        h("li", {}, h("i", { class: "dot hollow" }), "contains weights that no compared output depends on"),
      differ > 0 && h("li", {}, h("i", { class: "dot bar-changed" }), "changed by a rule"),
    ),
    scroller("Graph of the model, scrolls sideways", h("div", { class: `picture${both ? "" : " single"}` }, list)),
  );
}
