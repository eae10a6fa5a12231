// Source on the left, models on the right, a curve for each link.
const GRAPH_ROWS = 40;
const URGENT = ["broken", "linked", "open"];
const TELLING = ["loads", "saves", "calls", "defines", "names"];
function graph(shown) {
  const ends = (l) =>
    l.kind === "defines" && !l.path
      ? ["class " + l.text, l.target]
      : [l.path, l.state === "linked" || (l.kind === "calls" && modelAt.has(l.target)) ? l.target : "? " + l.target];
  // Room is given to what is broken first, then to what loads and saves; a link is drawn with both its ends or not.
  const sorted = shown
    .slice()
    .sort(
      (a, b) =>
        URGENT.indexOf(a.state) - URGENT.indexOf(b.state) || TELLING.indexOf(a.kind) - TELLING.indexOf(b.kind),
    );
  const columns = [new Map(), new Map()];
  const room = (i, name) => columns[i].has(name) || columns[i].size < GRAPH_ROWS;
  for (const l of sorted) {
    const both = ends(l);
    if (both.every((name, i) => room(i, name)))
      both.forEach((name, i) => columns[i].set(name, (columns[i].get(name) || 0) + 1));
  }
  const left = [...columns[0].keys()].sort((a, b) => columns[0].get(b) - columns[0].get(a));
  let right = [...columns[1].keys()];
  const rank = new Map(left.map((name, i) => [name, i]));
  const middle = (name) => {
    const at = shown.filter((l) => ends(l)[1] === name && rank.has(ends(l)[0])).map((l) => rank.get(ends(l)[0]));
    return at.reduce((a, b) => a + b, 0) / (at.length || 1);
  };
  const centre = new Map(right.map((name) => [name, middle(name)]));
  right = right.sort((a, b) => centre.get(a) - centre.get(b));
  const rowHeight = 30,
    width = 960,
    box = 340,
    height = Math.max(left.length, right.length) * rowHeight + 12;
  const y = (list, i) => 6 + ((i + 0.5) * (height - 12)) / list.length;
  const place = new Map([
    ...left.map((n, i) => ["0" + n, y(left, i)]),
    ...right.map((n, i) => ["1" + n, y(right, i)]),
  ]);
  const drawn = shown.filter((l) => place.has("0" + ends(l)[0]) && place.has("1" + ends(l)[1]));
  const curves = drawn.map((l) => {
    const [a, b] = [place.get("0" + ends(l)[0]), place.get("1" + ends(l)[1])];
    return s(
      "path",
      {
        class: `link link-${l.state} kind-${l.kind}`,
        d: `M${box} ${a}C${box + 140} ${a} ${width - box - 140} ${b} ${width - box} ${b}`,
        "data-a": "0" + ends(l)[0],
        "data-b": "1" + ends(l)[1],
      },
      s("title", {}, `${l.path} ${l.kind} ${l.target}`),
    );
  });
  const node = (name, i) => {
    const at = place.get(i + name);
    const href = unitHref(name);
    const lost = !href && (i === 1 || name.startsWith("class "));
    const gone = lost && (!i || shown.some((l) => ends(l)[1] === name && l.state === "broken"));
    const text = name.length > 43 ? "…" + name.slice(-42) : name;
    const parts = [
      s("rect", { x: i ? width - box : 0, y: at - 12, width: box, height: 24, rx: 5 }),
      s("text", { x: i ? width - box + 10 : 10, y: at + 4 }, text),
    ];
    const mark = (on) => () => {
      for (const c of curves) c.classList.toggle("lit", on && c.dataset[i ? "b" : "a"] === i + name);
    };
    const events = { onmouseenter: mark(true), onmouseleave: mark(false), onfocus: mark(true), onblur: mark(false) };
    return !href
      ? s("g", { class: `node${lost ? " lost" : ""}${gone ? " gone" : ""}`, ...events }, parts)
      : s("a", { class: "node", href, "aria-label": name, ...events }, parts);
  };
  const hidden = shown.length - drawn.length;
  return h(
    "figure",
    { class: "chart graph" },
    scroller(
      "Links between source and models, scrolls sideways",
      s(
        "svg",
        {
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
          role: "group",
          "aria-label": `${many(drawn.length, "link")} between source and models`,
        },
        curves,
        left.map((n) => node(n, 0)),
        right.map((n) => node(n, 1)),
      ),
    ),
    hidden > 0 && h("figcaption", {}, `${many(hidden, "more link")} in the table below; search to draw them.`),
  );
}
