// How findings look in lists and beside code.
const bySeverity = (a, b) => a.severity - b.severity;
const byText = (name) => (a, b) => (a[name] < b[name] ? -1 : a[name] > b[name] ? 1 : 0);
const state = (f) => (f.done ? "done" : f.applied ? "ready to write" : "open");

function findingRow(f) {
  const detail = f.place || (f.symbol && (f.argument ? `${f.symbol}(${f.argument}=…)` : f.symbol));
  return h(
    "div",
    { class: `finding${f.done ? " done" : ""}` },
    h("span", { class: "c-sev" }, chip("sev", severities[f.severity])),
    h("span", { class: "c-code mono" }, f.code),
    h(
      "span",
      { class: "c-msg" },
      h("span", { class: "msg" }, f.fresh && [h("span", { class: "chip plain" }, "new"), " "], ticks(f.message)),
      detail && h("span", { class: "sub mono" }, detail),
    ),
    h(
      "span",
      { class: "c-path mono" },
      h(
        "a",
        { href: go(f.unit.kind, f.path, { at: f.at }), tabindex: "-1" },
        h("bdi", {}, f.path),
        f.line ? `:${f.line}` : "",
      ),
    ),
    h(
      "span",
      { class: "c-eff" },
      f.done ? h("span", { class: "chip level-ready" }, "done") : chip("level", efforts[f.effort]),
    ),
  );
}
const FINDING_HEADS = [
  { key: "severity", text: "Severity" },
  { key: "code", text: "Reason" },
  { text: "What" },
  { key: "path", text: "Where" },
  { key: "effort", text: "Effort" },
];
const FINDING_COMPARE = {
  severity: bySeverity,
  code: byText("code"),
  path: (a, b) => byText("path")(a, b) || a.line - b.line,
  effort: (a, b) => a.done - b.done || b.effort - a.effort,
};

// One card for findings that share everything but their message; each can be gone to by its own number.
function findingCard(...all) {
  const f = all[0];
  const more = f.reason;
  const said = (x) =>
    h(
      "div",
      { id: `f-${x.at}`, tabindex: "-1", class: "said" },
      h("p", {}, ticks(x.message || x.reason.summary)),
      x.place && h("p", { class: "mono sub" }, x.place),
      x.symbol &&
        !x.message.includes(x.symbol) &&
        h("p", { class: "mono sub" }, x.symbol, x.argument && ` · ${x.argument}`),
    );
  return h(
    "article",
    { class: `note-card bar-${severities[f.severity]}` },
    h(
      "header",
      {},
      chip("sev", severities[f.severity]),
      h("a", { class: "mono", href: go("reason", f.code) }, f.code),
      f.done ? h("span", { class: "chip level-ready" }, "done") : chip("level", efforts[f.effort]),
      f.applied && !f.done && h("span", { class: "dim" }, "ready to write"),
    ),
    all.map(said),
    f.hint && h("p", { class: "hint" }, h("b", {}, "Fix: "), ticks(f.hint)),
    (more.why || more.before) && h("details", {}, h("summary", {}, "Why, before and after"), explain(more)),
  );
}

function explain(reason) {
  return h(
    "div",
    { class: "explain" },
    reason.why && h("p", {}, ticks(reason.why)),
    (reason.before || reason.after) &&
      h("div", { class: "sides" }, side("Before", reason.before, "was"), side("After", reason.after, "now")),
    reason.references.length > 0 &&
      h(
        "ul",
        { class: "references" },
        reason.references.map((text) => h("li", {}, reference(text))),
      ),
  );
}
const side = (title, text, kind) =>
  h(
    "figure",
    { class: `side ${kind}` },
    h("figcaption", {}, title),
    h("pre", { tabindex: "0" }, h("code", {}, text || "–")),
  );
function reference(text) {
  const issue = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(text);
  const href = issue
    ? `https://github.com/${issue[1]}/issues/${issue[2]}`
    : /^https:\/\/[\w./#?=&%~-]+$/.test(text)
      ? text
      : null;
  return href ? h("a", { href, rel: "noreferrer" }, text) : text;
}
