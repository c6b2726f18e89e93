// What scripts add to pages that work without them: suggestions while typing (the ARIA combobox pattern with a list),
// a dialog before a deletion, genres as chips, and `/` for the search field. Texts come from the page, in its language.

const texts = document.body.dataset;
let lists = 0;

/** Suggestions below an input, chosen with the mouse or with the arrow keys. */
class Suggestions {
  constructor(input, field, choose) {
    Object.assign(this, { input, field, choose, options: [], active: -1, asked: 0 });
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `suggestions-${(lists += 1)}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", texts.results);
    this.list.hidden = true;
    input.insertAdjacentElement("afterend", this.list);
    const role = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    Object.entries(role).forEach(([name, value]) => input.setAttribute(name, value));
    input.autocomplete = "off";
    input.addEventListener("input", () => this.ask());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Before the input loses the focus, which would close the list.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(this.options[[...this.list.children].indexOf(option)]);
    });
  }

  ask() {
    clearTimeout(this.timer);
    const q = this.input.value.trim();
    if (!q) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.fetch(q), 120);
  }

  async fetch(q) {
    const mine = (this.asked += 1);
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const query = new URLSearchParams({ q, field: this.field, limit: "8" });
      const answer = await fetch(`/suggest?${query}`, { headers: { accept: "application/json" }, signal: this.abort.signal });
      if (!answer.ok || mine !== this.asked) return;
      this.show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(options) {
    this.options = options;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...options.map((option, place) => this.option(option, place)));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
  }

  option(option, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("bdi");
    name.textContent = option.label ?? option.text;
    const about = document.createElement("small");
    const facts = option.kind === "title" ? [option.year, option.director] : [texts[option.kind], option.count];
    about.textContent = facts.filter(Boolean).join(" · ");
    item.append(name, about);
    return item;
  }

  key(event) {
    const open = !this.list.hidden;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      if (open) this.move(moves[event.key]);
      else this.ask();
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.take(this.options[this.active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    const count = this.options.length;
    this.active = this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === this.active)));
    const item = this.list.children[this.active];
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  take(option) {
    this.close();
    this.choose(option);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.abort?.abort();
    this.show([]);
  }
}

for (const input of document.querySelectorAll("input[data-suggest]")) {
  const field = input.dataset.suggest;
  if (field === "chips") continue;
  const isSearch = input.closest("form").method === "get";
  new Suggestions(input, field, (option) => {
    if (isSearch && option.kind === "title") {
      location.href = option.url;
    } else if (field === "any") {
      location.href = option.url;
    } else {
      input.value = option.text;
      if (isSearch) input.form.requestSubmit();
    }
  });
}

/** Genres as chips: each can be taken away, a new one is typed or chosen. The field keeps the text that is sent. */
for (const block of document.querySelectorAll(".genre-chips")) {
  const field = block.querySelector("input");
  const editor = document.createElement("div");
  const typed = document.createElement("input");
  editor.className = "chip-editor";
  const wrap = document.createElement("div");
  wrap.className = "entry";
  typed.type = "text";
  typed.id = "add-genre";
  typed.placeholder = block.dataset.add;
  typed.setAttribute("aria-label", block.dataset.add);
  editor.append(typed);
  wrap.append(editor);
  field.after(wrap);
  field.hidden = true;
  const label = block.querySelector("label");
  label.htmlFor = typed.id;
  let genres = field.value.split(",").map((genre) => genre.trim()).filter(Boolean);

  const show = () => {
    field.value = genres.join(", ");
    editor.querySelectorAll("button").forEach((button) => button.remove());
    for (const genre of genres) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = `${genre} ×`;
      chip.setAttribute("aria-label", block.dataset.remove.replace("{}", genre));
      chip.addEventListener("click", () => {
        genres = genres.filter((other) => other !== genre);
        show();
        typed.focus();
      });
      typed.before(chip);
    }
  };
  const add = (text) => {
    for (const genre of text.split(",").map((part) => part.trim()).filter(Boolean)) {
      if (!genres.includes(genre)) genres.push(genre);
    }
    typed.value = "";
    show();
  };
  new Suggestions(typed, "genre", (option) => add(option.text));
  typed.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" && !event.defaultPrevented) || event.key === ",") {
      event.preventDefault();
      add(typed.value);
    } else if (event.key === "Backspace" && !typed.value) {
      genres.pop();
      show();
    }
  });
  field.form.addEventListener("submit", () => add(typed.value));
  show();
}

const confirm = document.querySelector("#confirm");
for (const link of confirm ? document.querySelectorAll("a[data-delete]") : []) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const address = new URL(link.href);
    const form = confirm.querySelector("form");
    form.action = address.pathname;
    form.elements.next.value = address.searchParams.get("next") ?? "/admin";
    confirm.querySelector("#confirm-text").textContent = link.dataset.delete;
    confirm.showModal();
  });
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("#bar-q, #hero-q");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});
