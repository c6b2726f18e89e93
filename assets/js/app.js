// What scripts add to pages that work without them: suggestions while typing (the ARIA combobox pattern with a list),
// the next page while scrolling, light and dark without a new page, a dialog before a deletion, genres as chips, and
// `/` for the search field. Texts come from the page, in its language.

import Combobox from "./combobox-nav-3.0.2.js";

const texts = document.body.dataset;
const counts = texts.counts.split("|");
let lists = 0;

/** Says what those who do not see the page change have to know. */
const voice = document.createElement("p");
voice.className = "unseen";
voice.setAttribute("role", "status");
document.body.append(voice);

/** Suggestions below an input. The server makes the options; the keys of the list are combobox-nav's. */
class Suggestions {
  constructor(input, field, choose) {
    Object.assign(this, { input, field, asked: 0, isComposing: false });
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
    input.addEventListener("blur", () => this.close());
    // Before the input loses the focus, which would close the list.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("combobox-commit", ({ target }) => {
      const { text, url, title } = target.dataset;
      this.close();
      choose({ text, url, isTitle: title !== undefined });
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Asks for what is typed, unless an input method is still making a word of it. */
  ask() {
    clearTimeout(this.timer);
    if (this.isComposing) return;
    const q = this.input.value.trim();
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
      if (mine === this.asked) this.show(options);
    } catch (error) {
      if (error.name !== "AbortError" && mine === this.asked) this.close();
    }
  }

  show(html) {
    this.combobox.clearSelection();
    // Made and escaped by this site's own views.
    this.list.innerHTML = html;
    const options = this.list.querySelectorAll("[role=option]");
    options.forEach((option, place) => (option.id = `${this.list.id}-${place}`));
    if (options.length && !this.isOpen) this.combobox.start();
    else if (!options.length && this.isOpen) this.combobox.stop();
    this.list.hidden = options.length === 0;
    this.list.scrollTop = 0;
    voice.textContent = counts[options.length] ?? "";
  }

  /** The keys that combobox-nav leaves to the page. */
  key(event) {
    // While an input method composes a word, its keys are its own.
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !this.isOpen) {
      event.preventDefault();
      this.ask();
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
  new Suggestions(input, field, (option) => {
    if (field === "any" || (option.isTitle && isSearch(input))) {
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

/** What members keep of a movie and would lose, as the page says it that asks the same question. */
async function removes(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !page.querySelector("form[action^='/manage/delete/']")) throw new Error("no question");
  return page.querySelector("#removes")?.textContent ?? "";
}

const confirm = document.querySelector("#confirm");
for (const link of confirm ? document.querySelectorAll("a[data-delete]") : []) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(link.href);
    let losses;
    try {
      losses = await removes(link.href);
    } catch {
      // The page itself asks, or says what is wrong.
      location.href = link.href;
      return;
    }
    if (confirm.open) return;
    const form = confirm.querySelector("form");
    form.action = address.pathname;
    form.elements.next.value = address.searchParams.get("next") ?? "/admin";
    confirm.querySelector("#confirm-text").textContent = link.dataset.delete;
    confirm.querySelector("#confirm-removes").textContent = losses;
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

/** Menus close when something else is wanted. */
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  menus().forEach((menu) => menu.contains(event.target) || (menu.open = false));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

/** Light and dark change at once; the server remembers them for the next page. */
const themes = [...document.querySelectorAll("a[data-theme-choice]")];
for (const link of themes) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const theme = link.dataset.themeChoice;
    document.documentElement.dataset.theme = theme;
    document.querySelector("meta[name=color-scheme]").content = theme === "auto" ? "light dark" : theme;
    for (const other of themes) {
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    link.closest("details").open = false;
    link.closest("details").querySelector("summary").focus();
    await fetch(`/?theme=${theme}`, { method: "HEAD" }).catch(() => {});
  });
}

/** Signing in and out changes this cookie. A page that the browser kept from before is loaded anew, so that going back
 *  shows nobody the pages of somebody else. */
const visit = () => document.cookie.match(/(?:^|; )fmdb_visit=([^;]*)/)?.[1];
const visitOfPage = visit();
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted || visit() === visitOfPage) return;
  document.documentElement.hidden = true;
  location.reload();
});

/** The next pages of a listing while its reader scrolls: three by themselves, so that the footer can be reached, then
 *  by a button. Whoever comes back finds the same pages and the same place. Without scripts the links to pages do. */
const AUTOMATIC = 3;
/** The most pages that are loaded again for somebody who comes back. */
const RESTORED = 20;
const ITEMS = ".found > .cards > li, .found > .films > tbody > tr";
class Further {
  constructor(list) {
    Object.assign(this, { list, loaded: 0, isLoading: false });
    this.first = this.last = Number(new URL(location.href).searchParams.get("p") ?? 1);
    this.button = this.makeButton(() => this.load(true));
    this.before = this.makeButton(() => this.loadPrevious());
    this.watch = new IntersectionObserver(([seen]) => seen.isIntersecting && this.load(false), { rootMargin: "600px" });
    this.follow(document.querySelector(".found > .pages"));
    addEventListener("pagehide", () => this.remember());
    this.restore();
  }

  makeButton(action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "further border";
    button.addEventListener("click", action);
    return button;
  }

  /** Goes on from the links of a page. */
  follow(nav) {
    this.nav = nav;
    this.next = nav?.querySelector("[rel=next]")?.href;
    this.watch.disconnect();
    this.button.remove();
    this.offerPrevious();
    if (!this.next) return;
    this.button.textContent = nav.dataset.more;
    if (this.loaded >= AUTOMATIC) nav.before(this.button);
    else this.watch.observe(nav);
  }

  offerPrevious() {
    if (!this.nav || this.first < 2) return this.before.remove();
    this.before.textContent = this.nav.dataset.previous;
    if (!this.before.isConnected) (this.list.closest("table") ?? this.list).before(this.before);
  }

  async fetch(address) {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const items = [...page.querySelectorAll(ITEMS)];
    if (!items.length) throw new Error("no movies");
    return { page, items };
  }

  async load(isAsked) {
    if (this.isLoading || !this.next) return;
    this.isLoading = true;
    const address = this.next;
    try {
      const { page, items } = await this.fetch(address);
      const nav = page.querySelector(".found > .pages");
      if (!nav) throw new Error("no pages");
      this.list.append(...items);
      this.nav.nextElementSibling.replaceWith(page.querySelector(".found > .pages + .total"));
      this.nav.replaceWith(nav);
      this.loaded += 1;
      this.last += 1;
      // The browser itself would look for the place on the last page alone.
      history.scrollRestoration = "manual";
      history.replaceState({ ...history.state, place: this.place }, "", address);
      voice.textContent = nav.dataset.loaded;
      this.follow(nav);
      // Who has pressed the button goes on with the first of the new movies.
      if (isAsked) items[0].querySelector("a").focus({ preventScroll: true });
    } catch {
      // The links are still there.
      this.watch.disconnect();
    } finally {
      this.isLoading = false;
    }
  }

  /** The address of a page of this result. */
  address(page) {
    const address = new URL(location.href);
    address.searchParams.set("p", page);
    ["notice", "lang", "theme", "view"].forEach((name) => address.searchParams.delete(name));
    return address.href;
  }

  /** Puts the pages from `first` on above what is there, without moving what is being looked at. */
  async prepend(first) {
    const pages = Array.from({ length: this.first - first }, (_, place) => first + place);
    const loaded = await Promise.all(pages.map((page) => this.fetch(this.address(page))));
    const seen = this.list.firstElementChild;
    const top = seen.getBoundingClientRect().top;
    this.list.prepend(...loaded.flatMap(({ items }) => items));
    this.first = first;
    this.offerPrevious();
    scrollBy({ top: seen.getBoundingClientRect().top - top, behavior: "instant" });
  }

  async loadPrevious() {
    if (this.isLoading) return;
    this.isLoading = true;
    const seen = this.list.firstElementChild;
    try {
      await this.prepend(this.first - 1);
      history.scrollRestoration = "manual";
      history.replaceState({ ...history.state, place: this.place }, "");
      seen.previousElementSibling.querySelector("a").focus({ preventScroll: true });
    } catch {
      // The links are still there.
    } finally {
      this.isLoading = false;
    }
  }

  /** What this entry of the history is called in the memory of the tab. */
  get place() {
    return (this.name ??= history.state?.place ?? `place-${Date.now()}-${Math.random()}`);
  }

  /** Keeps which pages are there and where the reader is. */
  remember() {
    if (!history.state?.place) return;
    const items = [...this.list.children].map((item) => [item, item.getBoundingClientRect()]);
    const [item, box] = items.find(([, box]) => box.top >= 0 && box.top < innerHeight) ?? items.findLast(([, box]) => box.top < 0) ?? items[0];
    const kept = { first: this.first, movie: item.querySelector("a").getAttribute("href"), top: box.top };
    sessionStorage.setItem(this.place, JSON.stringify(kept));
  }

  /** Brings back what was kept, where the browser did not keep the page itself. */
  async restore() {
    const kept = JSON.parse(sessionStorage.getItem(history.state?.place ?? "") ?? "null");
    if (!kept) return;
    this.isLoading = true;
    try {
      const first = Math.max(kept.first, this.last - RESTORED, 1);
      this.loaded = this.last - first;
      this.follow(this.nav);
      if (first < this.first) await this.prepend(first);
      const movie = [...this.list.children].find((item) => item.querySelector("a").getAttribute("href") === kept.movie);
      if (movie) scrollBy({ top: movie.getBoundingClientRect().top - kept.top, behavior: "instant" });
    } catch {
      // The last page is there, with a button for the one before.
    } finally {
      this.isLoading = false;
    }
  }
}
const movies = document.querySelector(".found > .cards, .found > .films > tbody");
if (movies) new Further(movies);
