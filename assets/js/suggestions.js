// Suggestions while typing (the ARIA combobox pattern with a list), for whole fields and for one name of several, and
// genres as chips. The keys of the list are combobox-nav's; keys of an input method never get here (see `forms.js`).

import Combobox from "./combobox-nav-3.0.2.js";

const texts = document.body.dataset;
const counts = texts.counts.split("|");
const voice = document.querySelector("#voice");
/** What people put between names, whatever their keyboard. */
const COMMA = /[,،，、]/;
let lists = 0;

/** Suggestions below an input. The server makes the options. */
class Suggestions {
  /** `choose` takes an option; `enter`, where there is one, what was typed when Enter is pressed without an option. Where
   *  the field `completes` names, Enter takes the option that completes what was typed, though none is selected. */
  constructor(input, field, choose, { many = false, completes = false, enter } = {}) {
    Object.assign(this, { input, field, many, completes, enter, asked: 0, isComposing: false, downs: 0 });
    Object.assign(this, { isAsking: false, isChosen: false, shown: "" });
    this.list = document.createElement("div");
    this.list.className = "suggestions";
    this.list.id = `suggestions-${(lists += 1)}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", texts.results);
    this.list.hidden = true;
    input.insertAdjacentElement("afterend", this.list);
    input.autocomplete = "off";
    this.combobox = new Combobox(input, this.list, { tabInsertsSuggestions: false });
    input.addEventListener("input", () => this.ask());
    input.addEventListener("compositionstart", () => (this.isComposing = true));
    input.addEventListener("compositionend", () => {
      this.isComposing = false;
      this.ask();
    });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => (this.isChosen ? this.enterTyped() : this.close()));
    // Before the input loses the focus, which would close the list.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("combobox-commit", ({ target }) => {
      const { text, url, title, label } = target.dataset;
      this.close();
      choose({ text, url, label, isTitle: title !== undefined });
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Where the text stands that is completed: the whole field, or the name around the caret. */
  get part() {
    const { value, selectionEnd } = this.input;
    if (!this.many) return { start: 0, end: value.length };
    const caret = selectionEnd ?? value.length;
    const before = [...value.slice(0, caret)].findLastIndex((letter) => COMMA.test(letter));
    const after = value.slice(caret).search(COMMA);
    const start = before < 0 ? 0 : [...value.slice(0, caret)].slice(0, before + 1).join("").length;
    return { start, end: after < 0 ? value.length : caret + after };
  }

  get typed() {
    const { start, end } = this.part;
    return this.input.value.slice(start, end).trim();
  }

  /** Puts a text in the place of what is typed; one of several names is followed by a comma. */
  put(text) {
    const { start, end } = this.part;
    const [before, after] = [this.input.value.slice(0, start).trimEnd(), this.input.value.slice(end)];
    const head = this.many ? `${before}${before ? " " : ""}${text}` : text;
    const rest = this.many ? after || ", " : "";
    this.input.value = head + rest;
    const caret = head.length + (after ? 0 : rest.length);
    this.input.setSelectionRange(caret, caret);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Asks for what is typed, unless an input method is still making a word of it. */
  ask() {
    this.downs = 0;
    this.isChosen = false;
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    this.isAsking = false;
    if (this.isComposing) return;
    const q = this.typed;
    this.isAsking = q !== "";
    if (q) this.timer = setTimeout(() => this.fetch(q), 100);
    else this.close();
  }

  async fetch(q) {
    const mine = (this.asked += 1);
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const query = new URLSearchParams({ q, field: this.field, limit: String(counts.length - 1) });
      const headers = { accept: "text/fragment+html" };
      const answer = await fetch(`/suggest?${query}`, { headers, signal: this.abort.signal });
      const options = answer.ok ? await answer.text() : "";
      // An answer may arrive although it was given up, or after the list was closed.
      if (mine === this.asked && !this.isComposing) this.show(options, q);
    } catch (error) {
      if (error.name === "AbortError" || mine !== this.asked) return;
      if (this.isChosen) this.enterTyped();
      else this.close();
    }
  }

  show(html, q) {
    this.isAsking = false;
    this.shown = q;
    this.combobox.clearSelection();
    // Made and escaped by this site's own views.
    this.list.innerHTML = html;
    const found = this.list.querySelectorAll("[role=option]").length;
    if (found && this.completes) this.offer(q);
    const options = this.list.querySelectorAll("[role=option]");
    options.forEach((option, place) => (option.id = `${this.list.id}-${place}`));
    if (options.length && !this.isOpen) this.combobox.start();
    else if (!options.length && this.isOpen) this.combobox.stop();
    this.list.hidden = options.length === 0;
    this.list.scrollTop = 0;
    voice.textContent = counts[found] ?? "";
    // Keys that were faster than the list.
    for (; options.length && this.downs > 0; this.downs -= 1) this.combobox.navigate(1);
    if (this.isChosen) this.choose();
  }

  /** Marks the option that Enter takes; what was typed itself is the last one, where it is new and can be added. */
  offer(q) {
    this.completion?.toggleAttribute("data-enter", true);
    if (isSearch(this.input) || this.completion?.dataset.completes === "same") return;
    const add = document.createElement("div");
    add.setAttribute("role", "option");
    add.dataset.text = q;
    add.textContent = texts.addNamed.replace("{}", () => q);
    this.list.append(add);
  }

  /** The option that completes what was typed. */
  get completion() {
    return this.completes ? this.list.querySelector("[data-completes]") : null;
  }

  /** Takes the option that is selected or completes what was typed, else what was typed. */
  choose() {
    const option = this.list.querySelector("[aria-selected=true]") ?? this.completion;
    if (option) option.click();
    else this.enterTyped();
  }

  enterTyped() {
    const { typed } = this;
    this.close();
    this.enter?.(typed);
  }

  /** The keys that combobox-nav leaves to the page. */
  key(event) {
    // Faster than the list that Enter waits for: what comes now is another name.
    if (this.isChosen && event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.enterTyped();
    const canTake = this.isOpen || (this.completes && this.isAsking);
    if (event.key === "Enter" && (!isSearch(this.input) || canTake)) {
      const hasSelection = this.list.querySelector("[aria-selected=true]");
      if (!hasSelection && !this.completes && isSearch(this.input)) return;
      // What is somebody's work is sent by its button alone.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!hasSelection && this.isAsking && (this.completes || this.downs > 0)) this.isChosen = true;
      else this.choose();
    } else if (event.key === "ArrowDown" && !this.isOpen && this.typed) {
      event.preventDefault();
      this.downs += 1;
      this.wait();
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Escape" && this.input.value && isSearch(this.input)) {
      event.preventDefault();
      this.input.value = "";
      this.close();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.downs = 0;
    this.isAsking = this.isChosen = false;
    this.shown = "";
    this.abort?.abort();
    if (this.isOpen) this.combobox.stop();
    this.list.hidden = true;
    this.list.replaceChildren();
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
  const many = field === "directors";
  const suggestions = new Suggestions(
    input,
    many ? "director" : field,
    (option) => {
      if (field === "any" || (option.isTitle && isSearch(input))) {
        location.href = option.url;
      } else {
        suggestions.put(option.text);
        if (isSearch(input)) input.form.requestSubmit();
      }
    },
    { many, completes: many || field === "genre", enter: (typed) => enter(typed) },
  );
  const enter = (typed) => {
    if (isSearch(input)) input.form.requestSubmit();
    else if (many && typed) suggestions.put(typed);
  };
  if (many) input.form.addEventListener("submit", () => tidy(input));
}

/** Names that were changed are separated as the server reads them, and none is empty. */
function tidy(input) {
  if (input.value === input.defaultValue) return;
  input.value = input.value.split(COMMA).map((name) => name.trim()).filter(Boolean).join(", ");
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
  const parts = (text) => text.split(COMMA).map((part) => part.trim()).filter(Boolean);
  let genres = parts(field.value);

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
        changed();
        typed.focus();
      });
      typed.before(chip);
    }
  };
  const changed = () => {
    show();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const add = (text, rest = "") => {
    for (const genre of parts(text)) if (!genres.includes(genre)) genres.push(genre);
    typed.value = rest;
    changed();
  };
  const suggestions = new Suggestions(typed, "genre", ({ text, label }) => add(label ?? text), {
    completes: true,
    enter: (text) => add(text),
  });
  /** A genre that was typed, or what the list below it completes it to. */
  const completed = (text) => (suggestions.shown === text.trim() && suggestions.completion?.dataset.label) || text;
  const split = () => {
    const last = [...typed.value].findLastIndex((letter) => COMMA.test(letter));
    if (last < 0) return;
    const letters = [...typed.value];
    add(completed(letters.slice(0, last).join("")), letters.slice(last + 1).join("").trimStart());
    suggestions.ask();
  };
  // A comma ends a genre, but not one that an input method is still composing.
  typed.addEventListener("input", (event) => event.isComposing || split());
  typed.addEventListener("compositionend", split);
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && !event.shiftKey && suggestions.isOpen && suggestions.completion) {
      add(completed(typed.value));
      suggestions.close();
    } else if (event.key === "Backspace" && !typed.value && genres.length) {
      genres.pop();
      changed();
    }
  });
  field.form.addEventListener("submit", () => typed.value && add(typed.value));
  show();
  field.defaultValue = field.value;
}
