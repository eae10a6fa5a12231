// What each list shows: its columns, its order, its filters and its rows.
const OPTIONS = {
  findings: {
    items: findings,
    heads: FINDING_HEADS,
    compare: FINDING_COMPARE,
    row: findingRow,
    sort: ["severity", 1],
    open: (f) => go(f.unit.kind, f.path, { at: f.at }),
    facets: [
      ["severity", "Severity", (f) => severities[f.severity], severities],
      ["effort", "Effort", (f) => efforts[f.effort], efforts],
      ["state", "State", (f) => (f.done ? "done" : "open"), ["open", "done"]],
      ...(raw.compared
        ? [["since", "Since the earlier report", (f) => (f.fresh ? "new" : "known"), ["new", "known"]]]
        : []),
    ],
    selects: [
      ["reason", "Reason", (f) => f.code],
      ["package", "Package", (f) => f.pack],
    ],
  },
  models: {
    items: models,
    row: modelRow,
    sort: ["level", -1],
    heads: [
      { key: "level", text: "Status" },
      { key: "path", text: "Model" },
      { text: "Format" },
      { text: "Evidence" },
      { key: "error", text: "Max rel. error", numeric: true },
      { key: "findings", text: "Findings", numeric: true },
    ],
    compare: {
      level: (a, b) => a.level - b.level,
      path: byText("path"),
      error: (a, b) => (a.maxRel ?? -1) - (b.maxRel ?? -1),
      findings: (a, b) => a.entries.length - b.entries.length,
    },
    open: (m) => go("model", m.path),
    facets: [
      ["level", "Readiness", (m) => levels[m.level], levels],
      ["status", "Status", (m) => m.status, [...new Set(models.map((m) => m.status))].sort()],
    ],
    selects: [
      ["package", "Package", (m) => m.pack],
      ["format", "Format", (m) => m.form],
    ],
  },
  files: {
    items: files,
    row: fileRow,
    sort: ["level", -1],
    heads: [
      { key: "level", text: "Readiness" },
      { key: "path", text: "File" },
      { text: "Worst" },
      { key: "findings", text: "Findings", numeric: true },
    ],
    compare: {
      level: (a, b) => a.level - b.level || a.entries.length - b.entries.length,
      path: byText("path"),
      findings: (a, b) => a.entries.length - b.entries.length,
    },
    open: (f) => go("file", f.path),
    facets: [["level", "Readiness", (f) => levels[f.level], levels]],
    selects: [["package", "Package", (f) => f.pack]],
  },
  links: {
    items: links,
    row: linkRow,
    sort: ["state", 1],
    heads: [
      { key: "state", text: "State" },
      { key: "kind", text: "Kind" },
      { key: "path", text: "Source" },
      { key: "target", text: "Model" },
    ],
    compare: { state: byText("state"), kind: byText("kind"), path: byText("path"), target: byText("target") },
    open: (l) => unitHref(l.path) || unitHref(l.target),
    facets: [
      ["state", "State", (l) => l.state, ["linked", "broken", "open"]],
      ["kind", "Kind", (l) => l.kind, ["loads", "saves", "names", "defines", "calls"]],
    ],
    selects: [],
  },
};
const linkHay = (l) => (l.hay ||= `${l.path}\n${l.target}\n${l.text}`.toLowerCase());

function modelRow(m) {
  return h(
    "div",
    { class: "unit" },
    h("span", { class: "c-level" }, h("span", { class: `chip level-${levels[m.level]}` }, m.status)),
    h("span", { class: "c-path mono" }, h("a", { href: go("model", m.path), tabindex: "-1" }, h("bdi", {}, m.path))),
    h("span", { class: "c-form" }, m.form),
    h("span", { class: "c-evid" }, m.evidence || "–"),
    h("span", { class: "c-err num" }, figure(m.maxRel)),
    h("span", { class: "c-n num" }, format.format(m.entries.length)),
  );
}
function fileRow(f) {
  const worst = Math.min(...f.entries.map((i) => findings[i].severity), 9);
  return h(
    "div",
    { class: "unit file" },
    h("span", { class: "c-level" }, chip("level", levels[f.level])),
    h("span", { class: "c-path mono" }, h("a", { href: go("file", f.path), tabindex: "-1" }, h("bdi", {}, f.path))),
    h("span", { class: "c-worst" }, worst < 9 ? chip("sev", severities[worst]) : "–"),
    h("span", { class: "c-n num" }, format.format(f.entries.length)),
  );
}
function linkRow(l) {
  const style = l.state === "linked" ? "level-ready" : l.state === "broken" ? "level-blocked" : "plain";
  return h(
    "div",
    { class: "unit link-row" },
    h("span", { class: "c-level" }, h("span", { class: `chip ${style}` }, l.state)),
    h("span", { class: "c-kind" }, l.kind),
    h(
      "span",
      { class: "c-path mono" },
      l.path
        ? unitHref(l.path)
          ? h("a", { href: unitHref(l.path), tabindex: "-1" }, `${l.path}:${l.line}`)
          : `${l.path}:${l.line}`
        : `class ${l.text}`,
    ),
    h(
      "span",
      { class: "c-target mono" },
      unitHref(l.target) ? h("a", { href: unitHref(l.target), tabindex: "-1" }, h("bdi", {}, l.target)) : l.target,
    ),
  );
}

