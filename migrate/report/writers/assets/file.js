// The page of one file: the diff, with each finding beside the line it is about.
function filePage(file) {
  const hunks = detailOf(file);
  const own = file.entries.map((i) => findings[i]);
  const shown = new Set(hunks.flat().map(([, old]) => old));
  const loose = own.filter((f) => !f.line || !shown.has(f.line));
  const out = links.filter((l) => l.path === file.path);
  const heading = !own.length ? "No findings" : `${many(own.length, "finding")}${hunks.length ? " and changes" : ""}`;
  return [
    pageHead("files", file, files, h("span", { class: `chip level-${levels[file.level]}` }, levels[file.level]), file.changed && h("span", { class: "chip plain" }, "rewritten")),
    file.error && h("p", { class: "error-box", role: "note" }, file.error),
    section(
      heading,
      loose.length > 0 && h("div", { class: "notes" }, loose.map(findingCard)),
      hunks.map((lines) => hunk(lines, own)),
    ),
    out.length > 0 && section(
      "Links",
      h("ul", { class: "links" }, out.map((l) => h("li", {}, h("span", { class: "dim" }, `${l.line ? "line " + l.line + " " : ""}${l.kind}`), " ", l.state === "linked" ? unitLink(l.target) : h("span", { class: "mono" }, l.target), " ", l.state !== "linked" && h("span", { class: `chip ${l.state === "broken" ? "level-blocked" : "plain"}` }, l.state === "broken" ? "nothing there" : "known at run time"), " ", h("code", {}, l.text)))),
    ),
  ];
}

// A hunk is cut where findings stand: a line, its notes, and the lines up to the next one.
function hunk(lines, own) {
  const at = new Map();
  for (const f of own) if (f.line) at.set(f.line, [...(at.get(f.line) || []), f]);
  const groups = [];
  for (const line of lines) {
    const notes = line[1] && at.get(line[1]);
    if (notes || !groups.length) groups.push({ notes: notes || [], lead: [line], rest: [] });
    else groups.at(-1).rest.push(line);
    if (notes) at.delete(line[1]);
  }
  return h(
    "div",
    { class: "hunk" },
    groups.map((g) => h("div", { class: `stretch${g.notes.length ? " noted" : ""}` }, code(g.lead), g.notes.length > 0 && h("div", { class: "beside" }, g.notes.map(findingCard)), g.rest.length > 0 && code(g.rest, "rest"))),
  );
}
const MARKS = { "-": "gone", "+": "come", " ": "same" };
const code = (lines, kind) =>
  h("pre", { class: `code ${kind || ""}`, tabindex: "0" }, lines.map(([mark, old, now, text]) => h("span", { class: `line ${MARKS[mark]}` }, h("span", { class: "no" }, old || now || ""), h("span", { class: "mark" }, mark), h("span", { class: "text" }, text || " "), "\n")));

function pageHead(view, unit, list, ...chips) {
  const step = (by, text, key) => {
    const other = list[unit.at + by];
    return other ? h("a", { class: "plain-button", href: go(unit.kind, other.path), rel: by < 0 ? "prev" : "next", title: `${other.path} (${key})` }, text) : h("span", { class: "plain-button off" }, text);
  };
  return h(
    "div",
    { class: "page-head" },
    h("p", { class: "crumbs" }, h("a", { href: go(view) }, view[0].toUpperCase() + view.slice(1)), h("span", { class: "steps-nav" }, step(-1, "← previous", "["), step(1, "next →", "]"))),
    h("h1", { tabindex: "-1", class: "mono" }, broken(unit.path)),
    h("p", { class: "chips" }, chips),
  );
}
