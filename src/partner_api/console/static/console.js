// Keys, live refresh and local times. Pages are whole without any of it.
"use strict";
(() => {
  // A page that is left before it was shown has no transition to end; that is no error.
  for (const name of ["pageswap", "pagereveal"]) {
    addEventListener(name, ({ viewTransition }) => {
      for (const step of ["ready", "finished", "updateCallbackDone"]) viewTransition?.[step].catch(() => {});
    });
  }

  const rows = () => [...document.querySelectorAll("tr[data-href], tr[data-choice]")];
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
  let gone = 0;

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    next.querySelector("a, input").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[method=post]");
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("button:not([formmethod])")); }
      return;
    }
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
    else if (event.key === "x") event.target.closest("tr[data-choice]")?.querySelector("input").click();
    else if (event.key === "?" && help && !help.open) help.showModal();
    else {
      const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      if (target.matches("input, textarea")) target.focus();
      else target.click();
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
    button.dataset.copied = "";
    setTimeout(() => { delete button.dataset.copied; }, 2000);
  });

  // Choosing the first of a list; without this it is a link to the page with them chosen.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-choose]");
    if (!link) return;
    event.preventDefault();
    const boxes = [...link.closest("form").querySelectorAll("tr[data-choice] input")];
    boxes.forEach((box, number) => { box.checked = number < Number(link.dataset.choose); });
    boxes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A second click while the first is on its way would only be answered with the same, if its answer is not lost.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.submitter?.getAttribute("aria-disabled")) { event.preventDefault(); return; }
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

  const dollars = (cents) => (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });

  // As the server reads it; a comma elsewhere is somebody's decimal point.
  const wholeNumber = (text) => /^[+-]?(\d+|\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+)$/.test(text.trim()) ? text.replace(/[,\s]/g, "") : "";

  // What is chosen costs, and what is then left.
  const sum = (output) => {
    const form = output.closest("form");
    const { choices, price, most, cash } = output.dataset;
    const chosen = [...form.querySelectorAll(`input[name="${choices}"]:checked`)];
    const each = wholeNumber(form.elements[price].value);
    const total = chosen.reduce((all, box) => all + Number(each || box.dataset.price), 0);
    output.value = `${chosen.length} of ${most} chosen`
      + (chosen.length ? `: ${dollars(total)}. Cash ${dollars(cash)} → ${dollars(cash - total)}.` : ".")
      + (chosen.length > most ? " More than asked for." : "")
      + (total > cash ? " The cash does not cover it." : "");
  };

  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
    for (const output of root.querySelectorAll("output[data-choices]")) {
      output.closest("form").addEventListener("input", () => sum(output));
      sum(output);
    }
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!isNaN(at) && time.dateTime.includes("T")) time.title = at.toLocaleString();
    }
    for (const line of root.querySelectorAll("[data-before]")) {
      const field = line.closest("form")?.elements[line.dataset.field];
      if (!field) continue;
      const write = () => {
        const typed = wholeNumber(field.value);
        const from = line.dataset.raisedFrom;
        const amount = from === undefined ? Number(typed) : Math.max(0, Number(typed) - Number(from));
        const after = Number(line.dataset.before) + amount;
        const shown = line.dataset.unit === "cents"
          ? dollars(after)
          : `${after.toLocaleString("en-US")} credits`;
        line.querySelector("output").value = typed && Number.isSafeInteger(after) ? ` → ${shown}` : "";
      };
      field.addEventListener("input", write);
      write();
    }
  };
  prepare(document);

  // What a form says of itself when it comes back is looked at first, however far down it stands.
  const said = document.querySelector("main form > .error, main form > .notice");
  if (said) { said.tabIndex = -1; said.focus({ preventScroll: true }); said.scrollIntoView({ block: "center" }); }

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
        if (answer.status === 401) location.reload();
        if (answer.ok) {
          const text = await answer.text();
          const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
          const at = rows().findIndex((row) => row.contains(document.activeElement));
          if (fresh && fresh.innerHTML !== main.innerHTML) {
            main.replaceChildren(...fresh.childNodes);
            prepare(main);
            if (at >= 0) rows()[at]?.querySelector("a, input").focus();
          }
        }
      } catch { /* The next time may be better. */ }
    }
    setTimeout(refresh, seconds * 1000);
  };
  setTimeout(refresh, Number(document.getElementById("main")?.dataset.live || 0) * 1000);
})();
