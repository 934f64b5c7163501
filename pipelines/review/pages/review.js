"use strict";

// Keys for what buttons do as well. A decision takes a key that was pressed for this page: not one that is
// held down, and not the second half of a double press that was meant for the page before.
(() => {
  const PAUSE = 400;
  const said = document.getElementById("said");
  const look = document.getElementById("look");
  let ready = false;
  let sent = false;

  function say(text) {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = text; });
  }

  // The server asks as well: what it did not send is not released.
  function isSeen() {
    const image = document.querySelector("figure img");
    return Boolean(look && look.checked && image.complete && image.naturalWidth);
  }

  function press(key, repeated) {
    if (key === "?") {
      const help = document.getElementById("help");
      if (help) {
        help.open = !help.open;
        if (help.open) help.querySelector("summary").focus();
      }
      return Boolean(help);
    }
    const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!control) return false;
    if (control === look) {
      if (!repeated) {
        said.textContent = "";
        look.click();
      }
    } else if ((ready || !("decides" in control.dataset)) && !sent && !repeated) {
      if ("looked" in control.dataset && !isSeen()) {
        say("Look at the picture first: b.");
      } else {
        sent = true;
        control.click();
      }
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input[type=text], input[type=password], textarea, select")) return;
    if (event.key.length === 1 && press(event.key.toLowerCase(), event.repeat)) event.preventDefault();
  });

  // A page from the browser's memory is one that was decided on: ask for it anew.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  if (said.textContent) say(said.textContent);
  setTimeout(() => {
    ready = true;
    document.documentElement.dataset.keys = "ready";
  }, PAUSE);
})();
