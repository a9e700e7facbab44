// Keys, live refresh and local times. Pages are whole without any of it.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("tr[data-href]")];
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  let gone = 0;

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    next.querySelector("a").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const help = document.getElementById("help");
    if (Date.now() - gone < 1500) {
      gone = 0;
      const link = document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); return; }
    }
    if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (event.key === "g") gone = Date.now();
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?" && help && !help.open) help.showModal();
    else {
      const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (target) { event.preventDefault(); target.click(); }
    }
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select") && !getSelection().toString()) {
      row.querySelector("a").click();
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  // A second click while the first is on its way would only be answered with the same.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    for (const button of event.target.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
    setTimeout(() => {
      for (const button of event.target.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    }, 5000);
  });

  // A button that a person would press at once; what fetches pages ahead, or shows a preview of them, does not see it.
  const press = () => {
    const form = document.querySelector("form[data-press]");
    if (!form || document.hidden || document.prerendering || form.dataset.press === "done") return;
    form.dataset.press = "done";
    form.requestSubmit();
  };
  document.addEventListener("visibilitychange", press);
  document.addEventListener("prerenderingchange", press);
  press();

  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!isNaN(at) && time.dateTime.includes("T")) time.title = at.toLocaleString();
    }
    for (const line of root.querySelectorAll("[data-before]")) {
      const field = line.closest("form")?.elements[line.dataset.field];
      if (!field) continue;
      const write = () => {
        const typed = field.value.replace(/[,\s]/g, "");
        const after = Number(line.dataset.before) + Number(line.dataset.sign) * Number(typed);
        const shown = line.dataset.unit === "cents"
          ? (after / 100).toLocaleString("en-US", { style: "currency", currency: "USD" })
          : `${after.toLocaleString("en-US")} credits`;
        line.querySelector("output").value = typed && Number.isSafeInteger(after) ? ` → ${shown}` : "";
      };
      field.addEventListener("input", write);
      write();
    }
  };
  prepare(document);

  // A page that says how often is read again while it is seen and nobody is filling anything in.
  const refresh = async () => {
    const main = document.getElementById("main");
    const seconds = Number(main?.dataset.live);
    if (!seconds) return;
    const busy = document.hidden || main.querySelector("dialog[open], details[open]")
      || [...main.querySelectorAll("form[method=post]")].some((form) => form.contains(document.activeElement)
        || [...form.elements].some((field) => field.defaultValue !== undefined && field.type !== "hidden" && field.value !== field.defaultValue));
    if (!busy) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (answer.ok) {
          const text = await answer.text();
          const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
          const at = rows().findIndex((row) => row.contains(document.activeElement));
          if (fresh && fresh.innerHTML !== main.innerHTML) {
            main.replaceChildren(...fresh.childNodes);
            prepare(main);
            if (at >= 0) rows()[at]?.querySelector("a").focus();
          }
        }
      } catch { /* The next time may be better. */ }
    }
    setTimeout(refresh, seconds * 1000);
  };
  setTimeout(refresh, Number(document.getElementById("main")?.dataset.live || 0) * 1000);
})();
