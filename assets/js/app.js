// What scripts add to pages that work without them: the next page while scrolling, light and dark without a new page, a
// dialog before a deletion, and `/` for the search field. Texts come from the page, in its language. Suggestions are in
// `suggestions.js`, forms in `forms.js`.

/** Says what those who do not see the page change have to know. */
const voice = document.querySelector("#voice");

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
    // A busy browser tells several changes at once, the last one last.
    this.watch = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && this.load(false), { rootMargin: "600px" });
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
      this.rest();
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
      this.rest();
    }
  }

  /** What came into sight while pages before were loading is looked at again. */
  rest() {
    this.isLoading = false;
    this.follow(this.nav);
  }
}
const movies = document.querySelector(".found > .cards, .found > .films > tbody");
if (movies) new Further(movies);
