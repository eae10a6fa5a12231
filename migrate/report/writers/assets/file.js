// The page of one file: the diff, with each finding beside the line it is about.
function filePage(file) {
  const hunks = detailOf(file);
  const own = file.entries.map((i) => findings[i]);
  const shown = new Set(hunks.flat().map(([, old]) => old));
  const loose = own.filter((f) => !f.line || !shown.has(f.line));
  const out = links.filter((l) => l.path === file.path);
  const heading = !own.length ? "No findings" : `${many(own.length, "finding")}${hunks.length ? " and changes" : ""}`;
  return [
    pageHead(
      "files",
      file,
      files,
      h("span", { class: `chip level-${levels[file.level]}` }, levels[file.level]),
      file.changed &&
        h(
          "span",
          { class: "chip plain" },
          own.some((f) => f.applied && !f.done) ? "edits ready to be written" : "rewritten",
        ),
    ),
    file.error && h("p", { class: "error-box", role: "note" }, file.error),
    section(
      heading,
      loose.length > 0 &&
        h(
          "div",
          { class: "notes" },
          loose.map((f) => findingCard(f)),
        ),
      hunks.map((lines) => hunk(lines, own)),
    ),
    out.length > 0 &&
      section(
        "Links",
        h(
          "ul",
          { class: "links" },
          out.map((l) =>
            h(
              "li",
              {},
              h("span", { class: "dim" }, `${l.line ? "line " + l.line + " " : ""}${l.kind}`),
              " ",
              l.state === "linked" ? unitLink(l.target) : h("span", { class: "mono" }, l.target),
              " ",
              l.state !== "linked" &&
                h(
                  "span",
                  { class: `chip ${l.state === "broken" ? "level-blocked" : "plain"}` },
                  l.state === "broken" ? "does not exist" : "known at run time",
                ),
              " ",
              h("code", {}, l.text),
            ),
          ),
        ),
      ),
  ];
}

// The lines stand together on the left, what is said of them beside; pointing at a note lights its line.
function hunk(lines, own) {
  const at = new Map();
  for (const f of own) if (f.line) at.set(f.line, [...(at.get(f.line) || []), f]);
  const noted = [];
  const drawn = lines.map(([mark, old, now, text]) => {
    const notes = old && mark !== "+" ? at.get(old) : null;
    const worst = notes && severities[Math.min(...notes.map((f) => f.severity))];
    const line = h(
      "span",
      { class: `line ${MARKS[mark]}${notes ? " noted-line mark-" + worst : ""}` },
      h("span", { class: "no" }, old || now || ""),
      h("span", { class: "mark" }, mark),
      h("span", { class: "text" }, text || " "),
      "\n",
    );
    if (notes) noted.push([line, old, notes]);
    return line;
  });
  const beside = noted.flatMap(([line, number, notes]) =>
    together(notes).map((same) => {
      const card = findingCard(...same);
      const lit = (on) => () => line.classList.toggle("lit", on);
      for (const [name, on] of [
        ["mouseenter", true],
        ["mouseleave", false],
        ["focusin", true],
        ["focusout", false],
      ])
        card.addEventListener(name, lit(on));
      card.firstChild.prepend(h("span", { class: "at" }, `line ${number}`));
      return card;
    }),
  );
  return h(
    "div",
    { class: `hunk${beside.length ? " noted" : ""}` },
    h("pre", { class: "code", tabindex: "0" }, drawn),
    beside.length > 0 && h("div", { class: "beside" }, beside),
  );
}
const MARKS = { "-": "gone", "+": "come", " ": "same" };

// Findings of one reason on one line share a card.
function together(notes) {
  const groups = new Map();
  for (const f of notes) {
    const key = [f.code, f.severity, f.effort, f.done, f.hint].join("\n");
    groups.set(key, [...(groups.get(key) || []), f]);
  }
  return [...groups.values()];
}
function pageHead(view, unit, list, ...chips) {
  const last = walked.get(view);
  const among = last && last.items.includes(unit) ? last : { items: list, href: go(view) };
  const here = among.items.indexOf(unit);
  const step = (by, text, key) => {
    const other = among.items[here + by];
    return other
      ? h(
          "a",
          {
            class: "plain-button",
            href: go(unit.kind, other.path),
            rel: by < 0 ? "prev" : "next",
            title: `${other.path} (${key})`,
          },
          text,
        )
      : h("span", { class: "plain-button off" }, text);
  };
  return h(
    "div",
    { class: "page-head" },
    h(
      "p",
      { class: "crumbs" },
      h(
        "a",
        { href: among.href },
        view[0].toUpperCase() + view.slice(1),
        among.items.length < list.length && ` (${format.format(among.items.length)} of ${format.format(list.length)})`,
      ),
      h("span", { class: "steps-nav" }, step(-1, "← previous", "["), step(1, "next →", "]")),
    ),
    h("h1", { tabindex: "-1", class: "mono" }, broken(unit.path)),
    h("p", { class: "chips" }, chips),
  );
}
