// A list of any length: only the rows in sight exist. Rows have one height, so position is arithmetic.
class VirtualList {
  constructor({ label, heads, row, open, compare, sort, onsort }) {
    Object.assign(this, { row, open, compare, sort, onsort, items: [], active: 0, drawn: new Map() });
    this.headCells = heads.map((head) => this.headCell(head));
    this.spacer = h("div", { class: "spacer", role: "rowgroup" });
    this.body = h("div", { class: "rows", tabindex: "0", role: "grid", "aria-label": label });
    const head = h("div", { role: "row", class: "cells", "aria-rowindex": "1" }, this.headCells);
    this.body.append(h("div", { class: "list-head", role: "rowgroup" }, head), this.spacer);
    this.element = h("div", { class: "list" }, this.body);
    this.body.addEventListener("scroll", () => this.draw(), { passive: true });
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("click", (event) => this.click(event));
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.body);
  }
  headCell({ key, text, numeric }) {
    if (!key) return h("span", { role: "columnheader", class: numeric && "num" }, text);
    const button = h(
      "button",
      { type: "button", tabindex: "-1", onclick: () => this.sortBy(key) },
      text,
      h("span", { class: "arrow", "aria-hidden": "true" }),
    );
    return h("span", { role: "columnheader", class: numeric && "num", "data-key": key }, button);
  }
  sortBy(key) {
    const [old, way] = this.sort;
    this.sort = [key, old === key ? -way : 1];
    this.show(this.items);
    this.onsort(this.sort);
  }
  show(items) {
    const [key, way] = this.sort;
    const compare = this.compare[key];
    this.items = compare ? items.slice().sort((a, b) => way * compare(a, b) || a.at - b.at) : items;
    for (const cell of this.headCells) {
      if (cell.dataset.key)
        cell.setAttribute("aria-sort", cell.dataset.key !== key ? "none" : way > 0 ? "ascending" : "descending");
    }
    this.active = 0;
    this.body.scrollTop = 0;
    this.body.setAttribute("aria-rowcount", String(this.items.length + 1));
    this.clear();
    this.resize();
  }
  clear() {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
  }
  resize() {
    const height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 48;
    if (height !== this.height) this.clear();
    this.height = height;
    this.spacer.style.height = `${this.items.length * height}px`;
    this.draw();
  }
  draw() {
    if (!this.height) return;
    const first = Math.max(0, Math.floor(this.body.scrollTop / this.height) - 8);
    const last = Math.min(
      this.items.length,
      Math.ceil((this.body.scrollTop + this.body.clientHeight) / this.height) + 8,
    );
    this.range(first, last);
  }
  range(first, last) {
    for (const [at, row] of this.drawn) {
      if (at < first || at >= last) {
        row.remove();
        this.drawn.delete(at);
      }
    }
    for (let at = first; at < last; at++) {
      if (this.drawn.has(at)) continue;
      const row = this.row(this.items[at]);
      row.id = `row-${at}`;
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", String(at + 2));
      row.classList.add("cells");
      row.style.top = `${at * this.height}px`;
      for (const cell of row.children) cell.setAttribute("role", "gridcell");
      this.drawn.set(at, row);
      this.spacer.append(row);
    }
    this.mark();
  }
  mark() {
    for (const [at, row] of this.drawn) row.classList.toggle("active", at === this.active);
    if (this.drawn.has(this.active)) this.body.setAttribute("aria-activedescendant", `row-${this.active}`);
    else this.body.removeAttribute("aria-activedescendant");
  }
  click(event) {
    const row = event.target.closest("[aria-rowindex]");
    if (!row || event.target.closest("a, button")) return;
    const at = Number(row.getAttribute("aria-rowindex")) - 2;
    if (at >= 0 && !String(getSelection())) this.open(this.items[at]);
  }
  key(event) {
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.height) - 2);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      j: 1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.items.length,
      End: this.items.length,
    };
    if (event.key === "Enter" && event.target === this.body && this.items.length) this.open(this.items[this.active]);
    else if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey)
      this.move(this.active + steps[event.key]);
    else return;
    event.preventDefault();
  }
  move(at) {
    this.active = Math.max(0, Math.min(this.items.length - 1, at));
    const top = this.active * this.height;
    const head = this.body.firstChild.offsetHeight;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + this.height > this.body.scrollTop + this.body.clientHeight - head)
      this.body.scrollTop = top + this.height - this.body.clientHeight + head;
    this.draw();
  }
  // On paper there is no scrolling: the first rows stand, the rest is counted.
  print(on) {
    if (on) this.range(0, Math.min(this.items.length, 400));
    else this.draw();
  }
}
