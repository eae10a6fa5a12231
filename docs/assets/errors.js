// A box on the page of error messages: a whole message is pasted, the entries that are about it are named.
// The site's own search takes words, and reads colons and signs of a message as its syntax.
(() => {
  const place = document.getElementById("paste-error");
  if (!place) return;
  const KEPT = 3;
  const ENOUGH = 0.6; // share of an entry's words that a message must have
  const plain = (text) => text.toLowerCase().replace(/[`"¶]/g, "'").replace(/\s+/g, " ").trim();
  const words = (text) => new Set(plain(text).match(/[a-z0-9_.]*[a-z0-9_]/g) || []);
  const entries = [...document.querySelectorAll("h3[id]")].map((head) => {
    const text = (head.querySelector("code") || head).textContent.trim();
    return { id: head.id, text, plain: plain(text), words: words(text) };
  });
  const score = (entry, text, given) => {
    if (text.includes(entry.plain)) return 1 + entry.plain.length;
    const shared = [...entry.words].filter((word) => given.has(word)).length / entry.words.size;
    return shared >= ENOUGH ? shared : 0;
  };
  const best = (message) => {
    const text = plain(message);
    const given = words(message);
    return entries
      .map((entry) => [score(entry, text, given), entry])
      .filter(([value]) => value > 0)
      .sort((a, b) => b[0] - a[0])
      .slice(0, KEPT)
      .map(([, entry]) => entry);
  };
  const label = document.createElement("label");
  const box = document.createElement("textarea");
  const found = document.createElement("div");
  label.textContent = "Paste an error message: ";
  label.htmlFor = box.id = "error-message";
  box.rows = 3;
  box.style.cssText = "display:block;width:100%;font:inherit;padding:.4em;box-sizing:border-box;color:inherit;background:transparent;border:1px solid";
  found.setAttribute("role", "status");
  box.addEventListener("input", () => {
    const entries = box.value.trim() ? best(box.value) : [];
    found.replaceChildren(
      ...entries.map((entry) => {
        const line = document.createElement("p");
        const link = document.createElement("a");
        link.href = `#${entry.id}`;
        link.textContent = entry.text;
        line.append(link);
        return line;
      }),
    );
    if (box.value.trim() && !entries.length)
      found.textContent = "No such message is listed. Run keras-migrate report . to see what is to do.";
  });
  place.append(label, box, found);
})();
