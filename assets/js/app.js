// What scripts add to pages that work without them: suggestions while typing (the ARIA combobox pattern with a list),
// a dialog before a deletion, genres as chips, and `/` for the search field. Texts come from the page, in its language.

const texts = document.body.dataset;
const counts = texts.counts.split("|");
let lists = 0;

/** Says the number of suggestions to those who do not see the list. */
const voice = document.createElement("p");
voice.className = "unseen";
voice.setAttribute("role", "status");
document.body.append(voice);

/** An element with a class and children; texts are never read as HTML. */
const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

/** A text whose parts between the marks' ends stand out. */
const marked = (text, marks) => {
  const name = element("bdi");
  let end = 0;
  for (const [from, to] of [...marks].sort(([left], [right]) => left - right)) {
    if (from < end || to <= from || to > text.length) continue;
    name.append(text.slice(end, from), element("mark", "", text.slice(from, to)));
    end = to;
  }
  name.append(text.slice(end));
  return name;
};

/** Where words of a text begin with what is typed: for names that only the page has, in the visitor's language. */
const beginnings = (text, typed) => {
  const fold = (word) => word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = fold(typed).split(/\s+/u).filter(Boolean);
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].flatMap(({ 0: word, index }) => {
    const begun = wanted.filter((start) => fold(word).startsWith(start)).map((start) => start.length);
    return begun.length ? [[index, index + Math.min(word.length, Math.max(...begun))]] : [];
  });
};

/** Suggestions below an input, chosen with the mouse or with the arrow keys. */
class Suggestions {
  constructor(input, field, choose) {
    Object.assign(this, { input, field, choose, options: [], active: -1, asked: 0 });
    this.list = element("ul", "suggestions");
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
    this.timer = setTimeout(() => this.fetch(q), 100);
  }

  async fetch(q) {
    const mine = (this.asked += 1);
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const query = new URLSearchParams({ q, field: this.field, limit: String(counts.length - 1) });
      const answer = await fetch(`/suggest?${query}`, { headers: { accept: "application/json" }, signal: this.abort.signal });
      const options = answer.ok ? (await answer.json()).suggestions : [];
      // An answer may arrive although it was given up, or after the list was closed.
      if (mine !== this.asked) return;
      this.show(options, q);
      voice.textContent = counts[options.length] ?? "";
    } catch (error) {
      if (error.name !== "AbortError" && mine === this.asked) this.close();
    }
  }

  show(options, q) {
    this.options = options;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...options.map((option, place) => this.option(option, place, q)));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
  }

  option(option, place, q) {
    const { label, text, kind } = option;
    const name = label && label !== text ? marked(label, beginnings(label, q)) : marked(text, option.marks ?? []);
    const facts = [option.year, option.director].filter(Boolean);
    const about = facts.flatMap((fact, nth) => [nth ? " · " : "", element("bdi", "", String(fact))]);
    // Where only one kind is asked for, its name on each line would say nothing.
    const kindName = this.field === "any" ? texts[kind === "title" ? "movie" : kind] : "";
    const sort = [kindName, option.count?.toLocaleString(document.documentElement.lang)].filter(Boolean).join(" · ");
    const item = element("li", "", element("span", "", name, ...(about.length ? [" ", element("small", "", ...about)] : [])));
    if (sort) item.append(" ", element("small", "kind", sort));
    item.id = `${this.list.id}-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    return item;
  }

  key(event) {
    // While an input method composes a word, its keys are its own.
    if (event.isComposing) return;
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
    } else if (event.key === "Escape" && this.input.value && isSearch(this.input)) {
      event.preventDefault();
      this.input.value = "";
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
    voice.textContent = "";
  }
}

/** What is typed asks for something, and can be typed again; in other forms it is somebody's work. */
function isSearch(input) {
  return input.form?.method === "get";
}

for (const input of document.querySelectorAll("input[data-suggest]")) {
  const field = input.dataset.suggest;
  if (field === "chips") continue;
  new Suggestions(input, field, (option) => {
    if (field === "any" || (option.kind === "title" && isSearch(input))) {
      location.href = option.url;
    } else {
      input.value = option.text;
      if (isSearch(input)) input.form.requestSubmit();
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
      search.select();
    }
  }
});
