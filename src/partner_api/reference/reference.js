// Nothing here is needed to read a page: it remembers the language, searches the index and copies examples.

const LANGUAGE = "layers-reference-language";

function remembered() {
  try {
    return window.localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}

function rememberLanguage() {
  const choices = [...document.querySelectorAll('input[name="language"]')];
  const last = choices.find((choice) => choice.value === remembered());
  if (last) last.checked = true;
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      try {
        window.localStorage.setItem(LANGUAGE, choice.value);
      } catch {
        // A browser that keeps nothing begins with the first language again.
      }
    });
  }
}

function addCopyButtons() {
  for (const block of document.querySelectorAll("main pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent.trimEnd());
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    let holder = block.parentElement;
    if (!holder.classList.contains("code")) {
      holder = document.createElement("div");
      holder.className = "code";
      block.replaceWith(holder);
      holder.append(block);
    }
    holder.append(button);
  }
}

function searchIndex() {
  const index = document.getElementById("page-index");
  const input = document.getElementById("page-filter");
  const matches = document.getElementById("page-matches");
  document.getElementById("page-search").hidden = false;
  const sections = [...index.querySelectorAll("section")];
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const section of sections) {
      let shown = 0;
      for (const entry of section.querySelectorAll("li")) {
        const text = `${entry.textContent} ${entry.dataset.text}`.toLowerCase();
        entry.hidden = !words.every((word) => text.includes(word));
        shown += entry.hidden ? 0 : 1;
      }
      section.hidden = shown === 0;
      count += shown;
    }
    matches.textContent = words.length ? `${count} found` : "";
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const first = index.querySelector("section:not([hidden]) li:not([hidden]) a");
    if (event.key === "Escape") {
      input.value = "";
      search();
      input.blur();
    } else if ((event.key === "Enter" || event.key === "ArrowDown") && first && input.value) {
      event.preventDefault();
      if (event.key === "Enter") first.click();
      else first.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
  const current = index.querySelector("section a[aria-current]");
  if (current) index.scrollTop = current.offsetTop - index.offsetTop - index.clientHeight / 2;
}

rememberLanguage();
addCopyButtons();
searchIndex();
