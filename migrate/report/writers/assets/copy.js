// A command with a button that copies it; where the page may not reach the clipboard, the text is selected instead.
function copyable(pre) {
  const button = h(
    "button",
    {
      type: "button",
      class: "copy",
      "aria-label": `Copy ${pre.textContent}`,
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(pre.textContent);
          button.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(pre);
          button.textContent = "Selected";
        }
        setTimeout(() => (button.textContent = "Copy"), 1500);
      },
    },
    "Copy",
  );
  return h("div", { class: "copyable" }, pre, button);
}
const command = (text) => copyable(h("pre", { class: "command", tabindex: "0" }, h("code", {}, text)));
for (const pre of document.querySelectorAll("pre.command")) {
  const place = document.createComment("");
  pre.replaceWith(place);
  place.replaceWith(copyable(pre));
}
