// The router: an address after # is a view. #/ is the overview, which was written with the page.
const overview = document.getElementById("overview");
const page = document.getElementById("page");
let current = null;

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  let name = rest.join("/");
  try {
    name = decodeURIComponent(name);
  } catch {
    /* a stray % is taken as it stands */
  }
  return { view: view || "overview", name, query: query || "" };
}
function missing(name) {
  return {
    parts: [
      h("h1", { tabindex: "-1" }, "Not in this report"),
      h("p", { class: "mono" }, name),
      h("p", {}, h("a", { href: "#/" }, "Back to the overview")),
    ],
    title: "not found",
  };
}
function make({ view, name, query }) {
  if (view in OPTIONS) return listPage(view, query);
  const at = Number(new URLSearchParams(query).get("at") ?? NaN);
  if (view === "model" && modelAt.has(name))
    return { parts: modelPage(modelAt.get(name)), unit: modelAt.get(name), title: name, at };
  if (view === "file" && fileAt.has(name))
    return { parts: filePage(fileAt.get(name)), unit: fileAt.get(name), title: name, at };
  // Steps and links may call a model a file or the other way round; one name never means both.
  if ((view === "model" || view === "file") && unitHref(name)) {
    location.replace(unitHref(name));
    return null;
  }
  if (view === "reason") return reasonPage(name) || missing(name);
  return missing(name || view);
}
const VIEW_OF = { model: "models", file: "files", reason: "overview" };

function route(event) {
  if (location.hash && !location.hash.startsWith("#/")) return; // the skip link
  const where = parse();
  const home = where.view === "overview";
  overview.hidden = !home;
  page.hidden = home;
  current = home ? null : make(where);
  if (!home && !current) return;
  page.replaceChildren(...(current ? [current.parts].flat().filter(Boolean) : []));
  if (current && current.view) current.view.apply();
  document.title = `${current ? current.title + " · " : ""}${root} · Keras 3 compatibility`;
  for (const link of document.querySelectorAll("nav a[data-view]")) {
    const here = link.dataset.view === (VIEW_OF[where.view] || where.view);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (home && $("#treemap")) treemap($("#treemap"));
  if (!event) return; // at the first opening the focus stays where the browser puts it
  if (searching && current?.view) {
    searching = false;
    current.view.field.focus();
    return;
  }
  const note = current && Number.isInteger(current.at) && document.getElementById(`f-${current.at}`);
  if (note) {
    note.closest(".note-card").classList.add("lit");
    note.focus();
    note.scrollIntoView({ block: "center" });
  } else {
    scrollTo(0, 0);
    $("h1", home ? overview : page)?.focus({ preventScroll: true });
  }
}
function $(selector, from = document) {
  return from.querySelector(selector);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("keras-migrate-theme", theme);
  } catch {
    /* a page from a file may have no storage */
  }
}
function toggleTheme() {
  const dark =
    getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  setTheme(dark ? "light" : "dark");
}
try {
  const kept = localStorage.getItem("keras-migrate-theme");
  if (kept) document.documentElement.dataset.theme = kept;
} catch {
  /* as above */
}

const help = $("#help");
let waiting = false; // for the key after g
let searching = false; // the list that opens next gives its search field the focus
const GO = { o: "#/", f: "#/findings", m: "#/models", s: "#/files", l: "#/links" };
function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) {
    if (event.key === "Escape" && event.target.matches("input")) event.target.blur();
    return;
  }
  const k = event.key;
  if (waiting) {
    waiting = false;
    if (GO[k]) location.hash = GO[k];
    return;
  }
  if (k === "g") {
    waiting = true;
    setTimeout(() => (waiting = false), 1200);
  } else if (k === "/") {
    if (current?.view) current.view.field.focus();
    else {
      searching = true;
      location.hash = "#/findings";
    }
  } else if (k === "[" || k === "]") {
    const to = current?.unit && $(`a[rel=${k === "[" ? "prev" : "next"}]`, page);
    if (to) location.hash = to.hash;
  } else if (k === "t") toggleTheme();
  else if (k === "?") help.showModal();
  else return;
  event.preventDefault();
}
addEventListener("hashchange", route);
addEventListener("keydown", key);
addEventListener("beforeprint", () => current?.view?.list.print(true));
addEventListener("afterprint", () => current?.view?.list.print(false));
$("#theme").addEventListener("click", toggleTheme);
$("#keys").addEventListener("click", () => help.showModal());
if ($("#treemap")) new ResizeObserver(() => treemap($("#treemap"))).observe($("#treemap"));
document.documentElement.classList.add("js");
route();
document.documentElement.dataset.ready = "true";
