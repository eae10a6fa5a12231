// What each list showed last, in its order: [ and ] on a page walk through that, and its crumb leads back to it.
const walked = new Map();
// Lists with filters. What is chosen stands in the address, so that a filtered list can be linked to and kept.
class ListView {
  constructor(name, query, fixed) {
    Object.assign(this, OPTIONS[name], { name, fixed: fixed || {} });
    this.query = new URLSearchParams(query);
    const [key, way] = (this.query.get("sort") || "").split("~");
    if (key && this.compare[key]) this.sort = [key, way === "down" ? -1 : 1];
    this.hay = name === "links" ? linkHay : hay;
    this.list = new VirtualList({
      label: name,
      heads: this.heads,
      row: this.row,
      compare: this.compare,
      sort: this.sort,
      open: (x) => {
        const to = this.open(x);
        if (to) location.hash = to;
      },
      onsort: ([k, w]) => {
        this.put("sort", `${k}~${w > 0 ? "up" : "down"}`);
        walked.set(this.name, { items: this.list.items, href: location.hash });
      },
    });
    this.list.element.classList.add(`list-${name}`);
    this.field = h("input", {
      type: "search",
      class: "search",
      placeholder: `Search ${name}`,
      "aria-label": `Search ${name}`,
      value: this.query.get("q") || "",
    });
    this.field.addEventListener("input", () => {
      this.put("q", this.field.value);
      this.apply();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      this.list.body.focus();
      this.list.move(event.key === "ArrowDown" ? 0 : this.list.items.length - 1);
    });
    this.status = h("p", { class: "status", role: "status", "aria-live": "polite" });
    this.chips = [];
    this.element = h("div", {}, this.controls(), this.status, this.list.element);
  }
  controls() {
    const groups = this.facets
      .filter(([key]) => !(key in this.fixed))
      .map(([key, title, of, names]) => {
        const buttons = names.map((name) => {
          const count = h("span", { class: "n" });
          const button = h(
            "button",
            { type: "button", class: "facet", "aria-pressed": "false", onclick: () => this.toggle(key, name) },
            h("i", { class: `dot fill-${name}`, "aria-hidden": "true" }),
            name,
            " ",
            count,
          );
          this.chips.push({ key, name, of, button, count });
          return button;
        });
        return h(
          "div",
          { class: "facets", role: "group", "aria-label": title },
          h("span", { class: "facet-title", "aria-hidden": "true" }, title),
          buttons,
        );
      });
    const selects = this.selects
      .filter(([key]) => !(key in this.fixed))
      .map(([key, title, of]) => {
        const counts = new Map();
        for (const x of this.items) counts.set(of(x), (counts.get(of(x)) || 0) + 1);
        if (counts.size < 2) return null;
        const select = h(
          "select",
          { "aria-label": title },
          h("option", { value: "" }, `${title}: all`),
          [...counts]
            .sort()
            .map(([name, n]) =>
              h("option", { value: name, selected: this.query.get(key) === name }, `${name} (${n})`),
            ),
        );
        select.addEventListener("change", () => {
          this.put(key, select.value);
          this.apply();
        });
        return select;
      });
    const clear = h(
      "button",
      {
        type: "button",
        class: "plain-button",
        onclick: () => {
          location.hash = go(this.name);
        },
      },
      "Clear",
    );
    return h("div", { class: "filters" }, this.field, groups, selects, Object.keys(this.fixed).length === 0 && clear);
  }
  put(key, value) {
    if (value) this.query.set(key, value);
    else this.query.delete(key);
    if (Object.keys(this.fixed).length) return;
    const text = this.query.toString();
    history.replaceState(null, "", `#/${this.name}${text ? "?" + text : ""}`);
  }
  chosen(key) {
    return (this.query.get(key) || "").split(",").filter(Boolean);
  }
  toggle(key, name) {
    const now = this.chosen(key);
    this.put(key, (now.includes(name) ? now.filter((x) => x !== name) : [...now, name]).join(","));
    this.apply();
  }
  apply() {
    const words = this.field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const tests = [];
    for (const [key, , of] of this.facets) {
      const names = key in this.fixed ? [this.fixed[key]] : this.chosen(key);
      if (names.length) tests.push([key, (x) => names.includes(of(x))]);
    }
    for (const [key, , of] of this.selects) {
      const name = this.fixed[key] ?? this.query.get(key);
      if (name) tests.push([key, (x) => of(x) === name]);
    }
    // One pass: an item that fails one test only still counts for the buttons of that test's group.
    const found = [];
    const counts = new Map(this.chips.map((c) => [`${c.key}\n${c.name}`, 0]));
    for (const x of this.items) {
      if (words.length) {
        const text = this.hay(x);
        if (!words.every((w) => text.includes(w))) continue;
      }
      const failed = tests.filter(([, test]) => !test(x));
      if (failed.length > 1) continue;
      if (!failed.length) found.push(x);
      for (const [key, , of] of this.facets) {
        if (failed.length && failed[0][0] !== key) continue;
        const id = `${key}\n${of(x)}`;
        if (counts.has(id)) counts.set(id, counts.get(id) + 1);
      }
    }
    for (const c of this.chips) {
      const n = counts.get(`${c.key}\n${c.name}`);
      const on = this.chosen(c.key).includes(c.name);
      c.count.textContent = format.format(n);
      c.button.setAttribute("aria-pressed", String(on));
      c.button.hidden = !n && !on;
    }
    this.found = found;
    this.status.textContent =
      found.length === this.items.length
        ? `${format.format(found.length)} ${this.name}`
        : `${format.format(found.length)} of ${format.format(this.items.length)} ${this.name}`;
    this.list.show(found);
    if (Object.keys(this.fixed).length === 0) walked.set(this.name, { items: this.list.items, href: location.hash });
    if (this.onapply) this.onapply(found);
  }
}

function listPage(name, query) {
  const view = new ListView(name, query);
  const parts = [h("h1", { tabindex: "-1" }, name[0].toUpperCase() + name.slice(1)), view.element];
  if (name === "links") {
    const host = h("div");
    view.onapply = (found) =>
      host.replaceChildren(
        found.length
          ? graph(found.slice(0, 2000))
          : h(
              "p",
              { class: "dim" },
              links.length
                ? "No link matches."
                : "No links were searched for or found: pass the repository's folder, not only JSON.",
            ),
      );
    parts.splice(1, 0, host);
  }
  return { parts, view, title: name };
}

function reasonPage(code) {
  const reason = reasonAt.get(code);
  if (!reason) return null;
  const view = new ListView("findings", "", { reason: code });
  const head = [
    h("p", { class: "crumbs" }, h("a", { href: "#/" }, "Overview")),
    h("h1", { tabindex: "-1" }, h("span", { class: "mono" }, reason.code), " ", h("small", {}, reason.name)),
    h(
      "p",
      { class: "chips" },
      chip("sev", severities[reason.severity]),
      h("span", { class: "chip plain" }, many(reason.count, "finding")),
      h("span", { class: "chip plain" }, `${format.format(reason.open)} open`),
      reason.fired > 0 && h("span", { class: "chip plain" }, `fired in ${many(reason.fired, "model")}`),
    ),
    h("p", { class: "lead" }, ticks(reason.summary)),
    explain(reason),
  ];
  const where = reason.fired ? models.filter((m) => (detailOf(m).rules || []).includes(code)) : [];
  const shown = where.slice(0, 100).map((m) => h("li", {}, unitLink(m.path)));
  return {
    parts: [
      ...head,
      reason.count > 0 && section("Findings", view.element),
      where.length > 0 &&
        section(
          "Models changed by it",
          h("ul", { class: "links" }, shown),
          where.length > shown.length && h("p", { class: "dim" }, `and ${many(where.length - shown.length, "more")}`),
        ),
    ],
    view: reason.count > 0 ? view : undefined,
    title: code,
  };
}
