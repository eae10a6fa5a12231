// Open findings that are more than information, by package (frames) and reason (cells); the area is the number, the colour the severity.
function squarify(items, x, y, w, hgt) {
  const total = items.reduce((a, i) => a + i.value, 0);
  const placed = [];
  if (!total || w <= 0 || hgt <= 0) return placed;
  const scale = (w * hgt) / total;
  let rest = items.map((i) => ({ ...i, area: i.value * scale }));
  const worst = (row, side) => {
    const sum = row.reduce((a, r) => a + r.area, 0);
    return Math.max(
      ...row.map((r) => Math.max((side * side * r.area) / (sum * sum), (sum * sum) / (side * side * r.area))),
    );
  };
  while (rest.length) {
    const side = Math.min(w, hgt);
    let count = 1;
    while (count < rest.length && worst(rest.slice(0, count + 1), side) <= worst(rest.slice(0, count), side)) count++;
    const row = rest.slice(0, count);
    const sum = row.reduce((a, r) => a + r.area, 0);
    const thick = sum / side;
    let along = 0;
    for (const item of row) {
      const length = item.area / thick;
      placed.push(
        w >= hgt
          ? { ...item, x, y: y + along, w: thick, h: length }
          : { ...item, x: x + along, y, w: length, h: thick },
      );
      along += length;
    }
    if (w >= hgt) [x, w] = [x + thick, w - thick];
    else [y, hgt] = [y + thick, hgt - thick];
    rest = rest.slice(count);
  }
  return placed;
}

function treemap(host) {
  const width = Math.floor(host.clientWidth);
  if (!width || width === host.drawn) return;
  host.drawn = width;
  const height = width < 560 ? 420 : 340;
  const groups = new Map();
  for (const f of findings) {
    if (f.done || severities[f.severity] === "info") continue;
    const cells = groups.get(f.pack) || groups.set(f.pack, new Map()).get(f.pack);
    const cell = cells.get(f.code) || cells.set(f.code, { code: f.code, severity: f.severity, value: 0 }).get(f.code);
    cell.value++;
    cell.severity = Math.min(cell.severity, f.severity);
  }
  let packs = [...groups].map(([name, cells]) => ({
    name,
    cells: [...cells.values()].sort((a, b) => b.value - a.value),
    value: [...cells.values()].reduce((a, c) => a + c.value, 0),
  }));
  packs.sort((a, b) => b.value - a.value);
  const most = width < 560 ? 10 : 28;
  const hidden = packs.length - most;
  packs = packs.slice(0, most);
  const frames = squarify(packs, 0, 0, width, height);
  const title = (f) => (f.h > 34 && f.w > 40 ? 19 : 0);
  host.replaceChildren(
    s(
      "svg",
      {
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "group",
        "aria-label": "Findings by package and reason",
      },
      frames.map((f) => [
        s("rect", { class: "frame", x: f.x, y: f.y, width: f.w, height: f.h }),
        title(f) &&
          s(
            "text",
            { class: "frame-title", x: f.x + 6, y: f.y + 14 },
            clip(f.name === "." ? "(root)" : f.name, f.w - 10),
          ),
        squarify(f.cells, f.x + 2, f.y + title(f) + 1, f.w - 4, f.h - title(f) - 3).map((c) => cell(c, f.name)),
      ]),
    ),
    hidden > 0 ? h("p", { class: "dim" }, `${many(hidden, "smaller package")} not drawn`) : "",
  );
}
function cell(c, pack) {
  const label = `${pack}: ${c.code}, ${many(c.value, "finding")}, ${severities[c.severity]}`;
  const wide = c.w > 7.2 * c.code.length + 8 && c.h > 18;
  return s(
    "a",
    {
      href: go("findings", undefined, { package: pack, reason: c.code, state: "open" }),
      "aria-label": label,
      class: `cell-${severities[c.severity]}`,
    },
    s(
      "rect",
      { x: c.x + 0.75, y: c.y + 0.75, width: Math.max(c.w - 1.5, 0.5), height: Math.max(c.h - 1.5, 0.5), rx: 2 },
      s("title", {}, label),
    ),
    wide && s("text", { x: c.x + 6, y: c.y + 15, "aria-hidden": "true" }, c.code),
    wide &&
      c.h > 36 &&
      s("text", { class: "count", x: c.x + 6, y: c.y + 31, "aria-hidden": "true" }, format.format(c.value)),
  );
}
const clip = (text, width) => {
  const room = Math.floor(width / 6.9);
  return text.length <= room ? text : room < 3 ? "" : "…" + text.slice(1 - room);
};
