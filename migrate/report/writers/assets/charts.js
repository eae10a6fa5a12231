// Pictures of parity, drawn as SVG from plain numbers. Colours come from the style sheet, so both themes and print work.
const domain = (values) => {
  const low = Math.min(...values),
    high = Math.max(...values);
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - pad, high + pad];
};
function marksOf([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= rough) || power;
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step)
    found.push(Math.abs(t) < step / 1e6 ? 0 : t);
  return found;
}

// Legacy outputs against modern ones: equal models lie on the diagonal.
function scatter(points, of) {
  const size = 320,
    left = 56,
    bottom = 40,
    top = 10,
    right = 10;
  const range = domain(points.flat());
  const span = range[1] - range[0];
  const x = (v) => left + ((v - range[0]) / span) * (size - left - right);
  const y = (v) => size - bottom - ((v - range[0]) / span) * (size - top - bottom);
  const marks = marksOf(range, 4);
  const worst = points.reduce((a, p) => Math.max(a, Math.abs(p[0] - p[1])), 0);
  return h(
    "figure",
    { class: "chart" },
    s(
      "svg",
      {
        viewBox: `0 0 ${size} ${size}`,
        role: "img",
        "aria-label": `Legacy against modern outputs, ${points.length} values; largest difference ${figure(worst)}`,
      },
      marks.map((t) => [
        s("line", { class: "grid", x1: x(t), x2: x(t), y1: top, y2: size - bottom }),
        s("line", { class: "grid", x1: left, x2: size - right, y1: y(t), y2: y(t) }),
        s("text", { x: x(t), y: size - bottom + 15, "text-anchor": "middle" }, figure(t)),
        s("text", { x: left - 6, y: y(t) + 4, "text-anchor": "end" }, figure(t)),
      ]),
      s("line", { class: "equal", x1: x(range[0]), y1: y(range[0]), x2: x(range[1]), y2: y(range[1]) }),
      points.map(([a, b]) =>
        s("circle", {
          cx: x(a).toFixed(1),
          cy: y(b).toFixed(1),
          r: 3,
          class: Math.abs(a - b) > span * 0.02 ? "off" : "on",
        }),
      ),
      s(
        "text",
        { class: "axis", x: (left + size - right) / 2, y: size - 6, "text-anchor": "middle" },
        "legacy output",
      ),
      s(
        "text",
        { class: "axis", x: -(size - bottom + top) / 2, y: 13, transform: "rotate(-90)", "text-anchor": "middle" },
        "modern output",
      ),
    ),
    h(
      "figcaption",
      {},
      `${many(points.length, "output value")}${of > points.length ? ` of ${format.format(of)}, the most different among them` : ""}. On the line: equal.`,
    ),
  );
}

// Error by layer on a logarithmic scale, first divergent layer marked.
function profile(rows, first, tolerance) {
  const floor = 1e-9;
  const values = rows.map((r) => Math.max(r[2] ?? r[1] ?? 0, floor));
  const low = Math.floor(Math.log10(Math.min(...values, tolerance / 100)));
  const high = Math.ceil(Math.log10(Math.max(...values, tolerance * 10)));
  const step = Math.max(8, Math.min(110, 450 / rows.length));
  const left = 52,
    top = 12,
    plot = 190,
    width = left + step * rows.length + 16;
  const y = (v) => top + plot - ((Math.log10(Math.max(v, floor)) - low) / (high - low)) * plot;
  const at = rows.findIndex((r) => r[0] === first);
  const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(
    (p) => (p - low) % Math.ceil((high - low) / 6) === 0,
  );
  const shown = Math.max(width, 520);
  return h(
    "figure",
    { class: "chart profile" },
    scroller(
      "Error by layer, scrolls sideways",
      s(
        "svg",
        {
          viewBox: `0 0 ${shown} ${top + plot + 34}`,
          width: shown,
          height: top + plot + 34,
          class: width <= 520 && "fits",
          role: "img",
          "aria-label": `Relative error of ${rows.length} layers${at >= 0 ? `; first divergent layer ${first}` : "; none beyond the tolerance"}`,
        },
        powers.map((p) => [
          s("line", { class: "grid", x1: left, x2: shown - 6, y1: y(10 ** p), y2: y(10 ** p) }),
          s("text", { x: left - 6, y: y(10 ** p) + 4, "text-anchor": "end" }, `1e${p}`.replace("-", "−")),
        ]),
        s("line", { class: "tolerance", x1: left, x2: shown - 6, y1: y(tolerance), y2: y(tolerance) }),
        s(
          "text",
          { class: "axis", x: shown - 8, y: y(tolerance) - 5, "text-anchor": "end" },
          `tolerance ${figure(tolerance)}`,
        ),
        rows.map((r, i) =>
          s(
            "rect",
            {
              class: at >= 0 && i >= at ? "off" : "on",
              x: left + i * step + 1,
              width: step - 2,
              y: y(values[i]),
              height: Math.max(1, top + plot - y(values[i])),
              rx: 1.5,
            },
            s("title", {}, `${r[0]}: ${figure(r[2] ?? r[1])}`),
          ),
        ),
        step >= 44 &&
          at < 0 &&
          rows.map((r, i) =>
            s("text", { x: left + (i + 0.5) * step, y: top + plot + 15, "text-anchor": "middle" }, clip(r[0], step)),
          ),
        at >= 0 && [
          s("path", { class: "marker", d: `M${left + at * step + step / 2} ${top + plot + 4}l5 9h-10z` }),
          s(
            "text",
            { class: "first", x: Math.min(left + at * step, shown - 150), y: top + plot + 28 },
            `first: ${first.length > 40 ? first.slice(0, 39) + "…" : first}`,
          ),
        ],
        at < 0 && s("text", { class: "axis", x: left, y: top + plot + 31 }, "layers, from input to output →"),
      ),
    ),
    h(
      "figcaption",
      {},
      at >= 0
        ? ["The first layer that differs is ", h("b", { class: "mono" }, first), "."]
        : "No layer differs beyond the tolerance.",
    ),
  );
}
