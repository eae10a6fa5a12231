// Elements are made here and nowhere else. Text from analysed files only ever becomes a text node or an attribute
// value, never markup, so a hostile layer name stays a name.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}
const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

const format = new Intl.NumberFormat("en");
const many = (n, one, more) => `${format.format(n)} ${n === 1 ? one : more || one + "s"}`;
const go = (kind, name, query) =>
  `#/${kind}${name === undefined ? "" : "/" + encodeURIComponent(name)}${query ? "?" + new URLSearchParams(query) : ""}`;

// Error figures: short, and comparable at a glance.
function figure(x) {
  if (x === null || x === undefined) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(4))) : x.toExponential(1).replace("e-", "e−");
}
// A path may break after each slash.
const broken = (path) => path.split("/").flatMap((part, i) => (i ? ["/", h("wbr"), part] : [part]));
// What stands between backticks is code; an odd backtick is just a character.
function ticks(text) {
  const parts = text.split("`");
  return parts.length % 2 ? parts.map((part, i) => (i % 2 ? h("code", {}, part) : part)) : text;
}
const chip = (kind, name) => h("span", { class: `chip ${kind}-${name}` }, name);
const section = (title, ...children) => h("section", {}, h("h2", {}, title), children);
const scroller = (label, ...children) =>
  h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": label }, children);
function table(heads, rows, caption) {
  const cells = heads.map((head) =>
    h("th", { scope: "col", class: head.startsWith("#") && "num" }, head.replace("#", "")),
  );
  return scroller(
    caption,
    h(
      "table",
      { class: "plain" },
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, cells)),
      h("tbody", {}, rows),
    ),
  );
}
