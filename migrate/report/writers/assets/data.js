// The columns are those of pagedata.py.
const raw = JSON.parse(document.getElementById("index").textContent);
const { levels, severities, efforts, packages, reasons, root } = raw;
const files = raw.files.map(([path, pack, level, changed, error, entries], at) => ({
  kind: "file",
  at,
  path,
  pack: packages[pack],
  level,
  changed: Boolean(changed),
  error,
  entries,
}));
const models = raw.models.map(([path, pack, level, status, form, evidence, maxAbs, maxRel, entries], at) => ({
  kind: "model",
  at,
  path,
  pack: packages[pack],
  level,
  status,
  form,
  evidence,
  maxAbs,
  maxRel,
  entries,
}));
const units = [...files, ...models];
const findings = raw.findings.map(
  ([reason, severity, effort, flags, path, pack, line, message, hint, place, symbol, argument], at) => ({
    kind: "finding",
    at,
    reason: reasons[reason],
    code: reasons[reason].code,
    severity,
    effort,
    done: Boolean(flags & 1),
    applied: Boolean(flags & 2),
    fresh: Boolean(flags & 4),
    unit: units[path],
    path: units[path].path,
    pack: packages[pack],
    line,
    message,
    hint,
    place,
    symbol,
    argument,
  }),
);
const links = raw.links.map(([kind, path, line, target, state, text], at) => ({
  at,
  kind,
  path,
  line,
  target,
  state,
  text,
}));
const byPath = (list) => new Map(list.map((x) => [x.path, x]));
const fileAt = byPath(files);
const modelAt = byPath(models);
const reasonAt = new Map(reasons.map((r) => [r.code, r]));
const unitHref = (path) => (fileAt.has(path) ? go("file", path) : modelAt.has(path) ? go("model", path) : null);
const unitLink = (path, text) =>
  unitHref(path)
    ? h("a", { class: "mono", href: unitHref(path) }, text || broken(path))
    : h("span", { class: "mono" }, text || broken(path));

// The large block is read when the first page of a file or model is opened.
let details = null;
const detailOf = (unit) => {
  details ||= JSON.parse(document.getElementById("detail").textContent);
  return details[unit.kind + "s"][unit.at];
};

const hay = (x) =>
  (x.hay ||= (
    x.kind === "finding"
      ? `${x.code}\n${x.message}\n${x.path}\n${x.place}\n${x.symbol}\n${x.argument}`
      : `${x.path}\n${x.status || ""}\n${x.form || ""}\n${x.error || ""}`
  ).toLowerCase());
