// What scripts add to forms that work without them: keys of an input method stay its own, what was done is told in sight
// and once, a message goes when its field is corrected, leaving what was typed asks first, and what is somebody's own on
// a movie's page changes in place. Texts come from the page, in its language.

/** While an input method composes a word, its keys are its own: no script gets them. */
addEventListener(
  "keydown",
  (event) => {
    // Safari ends the composition before it tells of the key.
    if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
  },
  true,
);

/* WHAT WAS DONE */

const toasted = document.createElement("p");
toasted.className = "toast";
toasted.hidden = true;
document.body.append(toasted);
let fading;

/** Tells something at the edge of the window, wherever the page is scrolled to. */
function toast(text, isWrong = false) {
  clearTimeout(fading);
  toasted.classList.toggle("wrong", isWrong);
  toasted.setAttribute("role", isWrong ? "alert" : "status");
  toasted.hidden = false;
  // A status is told when its text changes.
  toasted.textContent = "";
  requestAnimationFrame(() => (toasted.textContent = text));
  fading = setTimeout(() => (toasted.hidden = true), isWrong ? 12000 : 6000);
}

const told = (root) => root.querySelector(".banner.done span")?.textContent;
const notice = document.querySelector("main .banner.done");
if (notice) {
  const { top, bottom } = notice.getBoundingClientRect();
  const [words, text] = [notice.querySelector("span"), told(document)];
  if (bottom < 0 || top > innerHeight) {
    toast(text);
  } else {
    // What a page comes with is not read out, what changes on it is.
    words.textContent = "";
    requestAnimationFrame(() => (words.textContent = text));
  }
}

/** The address of a page says neither what was done nor where a form was sent. */
const here = new URL(location.href);
here.searchParams.delete("notice");
here.searchParams.delete("of");
const page = new URL(document.body.dataset.address, location.href);
if (page.pathname !== here.pathname) history.replaceState(history.state, "", page);
else if (notice) history.replaceState(history.state, "", here);

/* WHAT IS WRONG */

/** A message says what was wrong: it goes when its field is changed. */
document.addEventListener("input", ({ target: field }) => {
  const described = field.getAttribute?.("aria-describedby")?.split(" ") ?? [];
  const errors = described.filter((id) => id.endsWith("-error"));
  if (!errors.length) return;
  for (const other of document.getElementsByName(field.name)) other.removeAttribute("aria-invalid");
  errors.forEach((id) => document.getElementById(id)?.remove());
  const hint = document.getElementById(`${field.id}-hint`);
  if (hint) {
    hint.hidden = false;
    field.setAttribute("aria-describedby", hint.id);
  } else {
    field.removeAttribute("aria-describedby");
  }
  for (const item of document.querySelectorAll(".banner.wrong li")) {
    const link = item.querySelector("a");
    if (link?.hash !== `#${field.id}` && item.dataset.field !== field.name) continue;
    const banner = item.closest(".banner");
    item.remove();
    if (!banner.querySelector("li")) banner.remove();
  }
});

/* WHAT WAS TYPED */

/** A field holds something else than it came with. */
function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "submit" || field.type === "button" || field.type === "hidden") return false;
  if (field.options) {
    const options = [...field.options];
    const shown = Math.max(0, options.findIndex((option) => option.defaultSelected));
    return field.selectedIndex >= 0 && field.selectedIndex !== shown;
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

const leaving = new WeakSet();
const guarded = () => [...document.querySelectorAll("form[data-guard]")];
const isUnsaved = (form) => "unsaved" in form.dataset || [...form.elements].some(isChanged);

function ask(event) {
  if (guarded().some((form) => isUnsaved(form) && !leaving.has(form))) event.preventDefault();
}

/** A page that listens for its end is not kept by all browsers, so it listens only where something could be lost. */
function watch() {
  if (guarded().some(isUnsaved)) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

document.addEventListener("input", watch);
document.addEventListener("change", watch);
addEventListener("pageshow", (event) => {
  if (event.persisted) guarded().forEach((form) => leaving.delete(form));
  watch();
});
watch();

/* IN PLACE */

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if ("inList" in form.dataset) {
    event.preventDefault();
    sending = sending.then(() => arrange(form));
    return;
  }
  if (!("inPlace" in form.dataset)) {
    leaving.add(form);
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const action = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  form.setAttribute("aria-busy", "true");
  sending = sending.then(() => send(form, action, data)).finally(() => form.removeAttribute("aria-busy"));
});

/** One after the other, so that the last answer is the last state. */
let sending = Promise.resolve();

async function send(form, action, data) {
  let answer, page;
  try {
    answer = await fetch(action, { method: "POST", body: new URLSearchParams(data), headers: { accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    toast(document.body.dataset.unsent, true);
    return;
  }
  const fresh = page.querySelector("form[data-in-place]");
  if (fresh) {
    show(form, fresh, data);
    page.querySelector(".movie-line") && document.querySelector(".movie-line").replaceWith(page.querySelector(".movie-line"));
    const wrong = form.querySelector(".problem, #yours-problems li");
    form.querySelector("[aria-invalid]")?.focus({ preventScroll: true });
    if (wrong) wrong.scrollIntoView({ block: "center" });
    else toast(told(page) ?? "");
  } else if (answer.ok) {
    // The form leads to another page, and is kept.
    leaving.add(form);
    location.assign(answer.url);
  } else {
    const words = [...page.querySelectorAll("main h1, main h1 + p")].map((part) => part.textContent);
    toast(words.join(" – ") || document.body.dataset.unsent, true);
  }
}

/** Puts what is kept now in the place of what was shown, but for what has been changed meanwhile. */
function show(form, fresh, data) {
  const active = document.activeElement;
  const within = active.closest?.(".yours-part")?.id;
  const [start, end] = [active.selectionStart, active.selectionEnd];
  const now = new FormData(form);
  for (const part of [...fresh.querySelectorAll(".yours-part")]) {
    const old = document.getElementById(part.id);
    const fields = [...old.querySelectorAll("input:not([type=hidden]), textarea")];
    if (fields.some(({ name }) => now.get(name) !== data.get(name))) {
      for (const kept of old.querySelectorAll("input[type=hidden]")) {
        kept.value = part.querySelector(`[name="${kept.name}"]`)?.value ?? kept.value;
      }
    } else {
      old.replaceWith(part);
    }
  }
  form.querySelector("#yours-problems").replaceWith(fresh.querySelector("#yours-problems"));
  form.toggleAttribute("data-unsaved", "unsaved" in fresh.dataset);
  // What was told when the page came is old now.
  document.querySelectorAll("main .banner.done").forEach((banner) => banner.remove());
  if (within && !document.activeElement.closest(".yours-part")) {
    const again = (active.id && document.getElementById(active.id)) || document.querySelector(`#${within} button`);
    (again ?? document.querySelector("#yours")).focus({ preventScroll: true });
    if (again?.id === active.id && again?.matches("textarea")) again.setSelectionRange(start, end);
  }
  watch();
}

/** Moves a movie of a list, or takes it out, without leaving the page: what is typed below stays. The keyboard stays at
 *  the movie's button, or is at its neighbor's where the movie is gone. */
async function arrange(form) {
  // The answer before took the form's place.
  if (!form.isConnected) return;
  const row = form.closest("li");
  const neighbor = row.nextElementSibling ?? row.previousElementSibling;
  const hadFocus = row.contains(document.activeElement);
  const { way } = form.dataset;
  let answer, page;
  try {
    const body = new URLSearchParams(new FormData(form));
    answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    toast(document.body.dataset.unsent, true);
    return;
  }
  const fresh = page.getElementById("list-movies");
  if (!answer.ok || !fresh) {
    const words = [...page.querySelectorAll("main h1, main h1 + p")].map((part) => part.textContent);
    toast(words.join(" – ") || document.body.dataset.unsent, true);
    return;
  }
  repaint(fresh);
  document.getElementById("list-line").replaceWith(page.getElementById("list-line"));
  if (hadFocus) {
    const at = [row, neighbor].find((item) => item?.isConnected);
    const button = at?.querySelector(`[data-way=${way}] button`) ?? at?.querySelector(".row-ways button");
    (button ?? document.getElementById("list-movies")).focus({ preventScroll: true });
    at?.scrollIntoView({ block: "nearest" });
  }
  toast(form.dataset.told);
}

/** Gives the list the rows of another one. What both have stays, with the picture that is loaded already. */
function repaint(fresh) {
  const list = document.getElementById("list-movies");
  const rows = [...fresh.children].map((row) => {
    const known = document.getElementById(row.id);
    if (!known) return row;
    for (const part of [".row-number", ".row-ways"]) known.querySelector(part).replaceWith(row.querySelector(part));
    return known;
  });
  list.replaceChildren(...rows);
}
