// Names that are completed while they are typed: Enter takes what completes them, and what is new can still be added.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, page, signIn, site } from "./site.mjs";

let served, chromium;

before(async () => {
  served = await site("--public");
  chromium = await browser();
});

after(async () => {
  await chromium.close();
  await served.stop();
});

async function form(lang) {
  const opened = await page(chromium, served.address);
  await signIn(opened.page);
  await opened.page.goto(`/manage/add?lang=${lang}`);
  opened.page.on("dialog", (dialog) => dialog.accept());
  return opened;
}

const offers = (tab, field) => tab.locator(`${field} + [role=listbox] [role=option]`).first().waitFor();
const genres = (tab, wanted) => tab.waitForFunction((text) => document.querySelector("#chip_genres").value === text, wanted);
const directors = (tab, wanted) => tab.waitForFunction((text) => document.querySelector("#director").value === text, wanted);

/** Types a text, and presses a key once it is completed, or faster. */
async function type(tab, field, text, key, { fast = false } = {}) {
  await tab.locator(field).click();
  await tab.keyboard.press("End");
  await tab.keyboard.type(text);
  if (!fast) await offers(tab, field);
  await tab.keyboard.press(key);
}

for (const [lang, typed, thriller, crime] of [
  ["en", "thr", "Thriller", "Crime"],
  ["ar", "إث", "إثارة", "جريمة"],
  ["de", "thr", "Thriller", "Krimi"],
]) {
  test(`a genre is completed by Enter, Tab and a comma (${lang})`, async () => {
    const { page: tab, complaints, close } = await form(lang);
    for (const fast of [false, true]) {
      await type(tab, "#add-genre", typed, "Enter", { fast });
      await genres(tab, thriller);
      await tab.keyboard.press("Backspace");
      await genres(tab, "");
    }
    await type(tab, "#add-genre", typed, "Tab");
    await genres(tab, thriller);
    assert.notEqual(await tab.evaluate(() => document.activeElement.id), "add-genre");
    await type(tab, "#add-genre", crime.slice(0, -1), ",");
    await genres(tab, `${thriller}, ${crime}`);
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("what is new is added by the last option, or after Escape", async () => {
  const { page: tab, complaints, close } = await form("en");
  await type(tab, "#add-genre", "thr", "Escape");
  await tab.keyboard.press("Enter");
  await genres(tab, "thr");
  await tab.locator("#add-genre").click();
  await tab.keyboard.type("dram");
  await offers(tab, "#add-genre");
  await tab.getByRole("option", { name: "Add “dram”" }).click();
  await genres(tab, "thr, dram");
  // What is known as it was typed needs no such option.
  await tab.keyboard.type("drama");
  await tab.locator("#add-genre + [role=listbox] [data-completes=same]").waitFor();
  assert.equal(await tab.getByRole("option", { name: /^Add / }).count(), 0);
  await tab.keyboard.press("Enter");
  await genres(tab, "thr, dram, Drama");
  // A slip.
  await type(tab, "#add-genre", "comdy", "Enter");
  await genres(tab, "thr, dram, Drama, Comedy");
  // Faster than any list: each name stays one.
  await tab.keyboard.type("war");
  await tab.keyboard.press("Enter");
  await tab.keyboard.type("western");
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => /, war, western$/i.test(document.querySelector("#chip_genres").value));
  assert.deepEqual(complaints, []);
  await close();
});

test("a director is completed by Enter", async () => {
  const { page: tab, complaints, close } = await form("en");
  await type(tab, "#director", "ethan co", "Enter");
  await directors(tab, "Ethan Coen, ");
  await type(tab, "#director", "stanley kubrik", "Enter");
  await directors(tab, "Ethan Coen, Stanley Kubrick, ");
  await type(tab, "#director", "akira k", "Enter", { fast: true });
  await directors(tab, "Ethan Coen, Stanley Kubrick, Akira Kurosawa, ");
  // A last name alone is no beginning.
  await type(tab, "#director", "Kubrick", "Enter");
  await directors(tab, "Ethan Coen, Stanley Kubrick, Akira Kurosawa, Kubrick, ");
  assert.deepEqual(complaints, []);
  await close();
});

for (const fast of [false, true]) {
  test(`the filter takes the genre that is meant (fast: ${fast})`, async () => {
    const { page: tab, close } = await page(chromium, served.address);
    await tab.goto("/listing");
    await tab.locator("form.search summary").click();
    await type(tab, "#genre", "thril", "Enter", { fast });
    await tab.waitForURL(/genre=Thriller/);
    assert.ok((await tab.locator(".cards li").count()) > 0);
    await close();
  });
}

test("a list is arranged in place: nothing is asked, nothing is lost, the keyboard stays", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await signIn(tab);
  const asked = [];
  tab.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await tab.goto("/lists");
  await tab.fill("#name", "Best");
  await Promise.all([tab.waitForURL(/\/list\/\d+/), tab.locator("main .own button[type=submit]").click()]);
  const list = tab.url();
  await tab.evaluate(async () => {
    const csrf = document.querySelector("[name=csrf]").value;
    const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf };
    for (let movie = 1; movie <= 12; movie += 1) {
      await fetch(`${location.pathname}/movies`, { method: "POST", headers, body: JSON.stringify({ movie }) });
    }
  });
  await tab.goto(list);
  const order = () => tab.locator("#list-movies > li").evaluateAll((rows) => rows.map((row) => row.id.slice(6)).join(" "));
  const numbers = () => tab.locator(".row-number").allInnerTexts();
  const focused = () =>
    tab.evaluate(() => [document.activeElement.closest("li")?.id, document.activeElement.closest("form")?.dataset.way].join(" "));
  const becomes = (wanted) =>
    tab.waitForFunction((wanted) => [...document.querySelectorAll("#list-movies > li")].map((row) => row.id.slice(6)).join(" ") === wanted, wanted);
  assert.equal(await order(), "1 2 3 4 5 6 7 8 9 10 11 12");
  const middles = await tab.locator("#list-movies > li").evaluateAll((rows) => new Set(rows.map((row) => row.getBoundingClientRect().left)).size);
  assert.equal(middles, 1, "one column");
  await tab.locator("#description").click();
  await tab.keyboard.type("not saved yet");
  const steps = await tab.evaluate(() => history.length);
  await tab.locator("#movie-3 [data-way=down] button").click();
  await becomes("1 2 4 3 5 6 7 8 9 10 11 12");
  assert.equal(await focused(), "movie-3 down");
  await tab.locator(".toast:not([hidden])").filter({ hasText: "number 4" }).waitFor();
  await tab.keyboard.press("Enter");
  await becomes("1 2 4 5 3 6 7 8 9 10 11 12");
  assert.equal(await focused(), "movie-3 down");
  await tab.locator("#movie-2 [data-way=up] button").focus();
  const top = await tab.evaluate(() => scrollY);
  await tab.keyboard.press("Enter");
  await becomes("2 1 4 5 3 6 7 8 9 10 11 12");
  // At the top there is no way up.
  assert.equal(await focused(), "movie-2 down");
  assert.ok(Math.abs((await tab.evaluate(() => scrollY)) - top) < 150, "the page does not jump");
  await tab.locator("#movie-4 [data-way=out] button").focus();
  await tab.keyboard.press("Enter");
  await becomes("2 1 5 3 6 7 8 9 10 11 12");
  assert.equal(await focused(), "movie-5 out");
  assert.match(await tab.locator("#list-line").innerText(), /^11 /);
  assert.deepEqual(await numbers(), Array.from({ length: 11 }, (_, place) => String(place + 1)));
  // Clicks that are faster than the answers.
  for (let times = 0; times < 3; times += 1) await tab.locator("#movie-12 [data-way=up] button").click();
  await tab.waitForFunction(() => document.querySelector("#list-movies > li:last-child").id === "movie-11");
  assert.equal(await tab.inputValue("#description"), "not saved yet");
  assert.deepEqual(asked, []);
  assert.equal(tab.url(), list);
  assert.equal(await tab.evaluate(() => history.length), steps);
  await Promise.all([tab.waitForNavigation(), tab.locator("main .own form[data-guard] button[type=submit]").click()]);
  const kept = await order();
  assert.match(kept, /^2 1 5 3 6 7 8 12 /);
  await tab.getByText("not saved yet").first().waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test("signing up on the way leads back to the movie", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await tab.goto("/movie/9");
  await tab.locator("#yours").getByRole("link", { name: "Sign in" }).click();
  await tab.locator(".bar-links").getByRole("link", { name: "Create an account" }).click();
  await tab.fill("#username", "ines");
  await tab.fill("#password", "correct horse battery staple");
  await tab.locator("main button[type=submit]").click();
  await tab.getByText("Welcome! Your account is ready.").waitFor();
  assert.equal(new URL(tab.url()).pathname, "/movie/9");
  // A list that is made here holds the movie, and the way to another one stays.
  for (const name of ["Best", "Worst"]) {
    await tab.fill("#note", `typed for ${name}`);
    await tab.locator("#make-list").click();
    await tab.waitForURL(/\/lists\?movie=9/);
    await tab.fill("#name", name);
    await tab.locator("main .own button[type=submit]").click();
    await tab.waitForURL(/\/movie\/9/);
    await tab.locator("#yours-lists").getByRole("link", { name }).waitFor();
    assert.equal(await tab.inputValue("#note"), `typed for ${name}`);
  }
  assert.deepEqual(complaints, []);
  await close();
});
