// The journeys of people, in a real browser: with the keyboard, without scripts, on a phone, in Arabic.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browser, page, signIn, site } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let served, chromium;

before(async () => {
  served = await site();
  chromium = await browser();
});

after(async () => {
  await chromium.close();
  await served.stop();
});

test("an admin signs in, types, picks a suggestion with the keyboard, edits and deletes", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await signIn(tab);
  await tab.goto("/listing");
  await tab.keyboard.press("/");
  await tab.keyboard.type("godfahter par");
  const list = tab.locator("#bar-q + [role=listbox]");
  await list.getByRole("option", { name: /The Godfather Part II/ }).waitFor();
  assert.equal(await tab.locator("#bar-q").getAttribute("aria-expanded"), "true");
  await tab.keyboard.press("ArrowDown");
  const active = await tab.locator("#bar-q").getAttribute("aria-activedescendant");
  assert.equal(await tab.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await Promise.all([tab.waitForURL(/\/movie\/\d+/), tab.keyboard.press("Enter")]);
  assert.match(await tab.locator("h1").innerText(), /The Godfather/);

  await tab.getByRole("link", { name: "Edit" }).click();
  await tab.fill("[name=movie_name]", "The Godfather, seen again");
  await tab.fill("#add-genre", "sci");
  await tab.locator("#add-genre + [role=listbox] [role=option]").first().waitFor();
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("Enter");
  await tab.getByRole("button", { name: "Remove Sci-Fi" }).waitFor();
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.getByText("The changes are saved.").waitFor();
  assert.equal(await tab.locator("h1").innerText(), "The Godfather, seen again");
  await tab.locator(".movie").getByRole("link", { name: "Sci-Fi" }).waitFor();

  await tab.fill("#bar-q", "seen again");
  await Promise.all([tab.waitForURL(/q=seen/), tab.press("#bar-q", "Enter")]);
  assert.equal(await tab.locator(".card").first().locator("h2").innerText(), "The Godfather, seen again");

  await tab.goto("/admin?q=seen+again");
  await tab.getByRole("link", { name: "Delete The Godfather, seen again" }).click();
  await tab.getByRole("dialog").getByText("cannot be undone").waitFor();
  await tab.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await tab.getByRole("link", { name: "Delete The Godfather, seen again" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await tab.getByText("The movie is deleted.").waitFor();
  await tab.goto("/listing?q=seen+again");
  assert.equal(await tab.getByText("The Godfather, seen again").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test("everything works without scripts", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address, { javaScriptEnabled: false });
  await tab.goto("/listing?director=kubrick");
  assert.match(tab.url(), /\/signin\?next=/);
  await tab.fill("[name=username]", "anna");
  await tab.fill("[name=password]", "correct horse battery staple");
  await tab.click("main button[type=submit]");
  assert.match(tab.url(), /\/listing\?director=kubrick/);
  await tab.getByRole("link", { name: /Horror/ }).first().click();
  assert.equal(await tab.locator(".card h2").innerText(), "The Shining");
  await tab.goto("/manage/add");
  await tab.fill("[name=movie_name]", "Made by Hand");
  await tab.fill("[name=chip_genres]", "science fiction, Drama");
  await tab.fill("[name=imdb_score]", "12");
  await tab.click("main button[type=submit]");
  await tab.getByText("Must be between 0 and 10.").waitFor();
  assert.equal(await tab.inputValue("[name=movie_name]"), "Made by Hand");
  await tab.fill("[name=imdb_score]", "7,5");
  await tab.click("main button[type=submit]");
  await tab.getByText("The movie is added.").waitFor();
  await tab.goto("/admin?name=made+by+hand");
  await tab.getByRole("link", { name: "Delete Made by Hand" }).click();
  await tab.getByRole("button", { name: "Delete" }).click();
  await tab.getByText("The movie is deleted.").waitFor();
  await tab.click(".sign-out button");
  assert.equal(await tab.getByRole("link", { name: "Sign in" }).count() > 0, true);
  assert.deepEqual(complaints.filter((text) => !text.includes("422")), []);
  await close();
});

test("suggestions tell movies of one title apart and mark what was typed", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await signIn(tab);
  await tab.goto("/listing");
  const field = tab.locator("#bar-q");
  const list = tab.locator("#bar-q + [role=listbox]");
  const options = list.locator("[role=option]");
  await tab.keyboard.press("/");
  await tab.keyboard.type("star w");
  const first = options.filter({ hasText: "Star Wars" }).first();
  await first.waitFor();
  assert.match(await first.innerText(), /1977 · George Lucas/);
  await list.getByRole("group", { name: "Movies" }).waitFor();
  assert.match((await first.locator("mark").allInnerTexts()).join(" "), /^Star W/);
  const count = await options.count();
  assert.equal(await tab.locator("body > [role=status]").innerText(), count === 1 ? "1 suggestion" : `${count} suggestions`);
  await tab.keyboard.press("ArrowUp");
  assert.equal(await field.getAttribute("aria-activedescendant"), await options.last().getAttribute("id"));
  // Past the last option is the field itself, then the first one.
  await tab.keyboard.press("ArrowDown");
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
  await tab.keyboard.press("ArrowDown");
  assert.equal(await field.getAttribute("aria-activedescendant"), await options.first().getAttribute("id"));
  await tab.keyboard.press("Escape");
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await field.inputValue(), "star w");
  await tab.keyboard.press("Escape");
  assert.equal(await field.inputValue(), "");
  // What comes from the catalogue or the keyboard is text, never a part of the page.
  await tab.goto("/manage/add");
  await tab.fill("[name=movie_name]", "<img src=x onerror=boom()> xylophone");
  await tab.getByRole("main").getByRole("button", { name: "Add a movie" }).or(tab.getByRole("button", { name: "Save" })).click();
  await tab.getByText("The movie is added.").waitFor();
  await tab.locator("#bar-q").pressSequentially("img src");
  await options.first().waitFor();
  assert.equal(await options.first().locator("bdi").first().innerText(), "<img src=x onerror=boom()> xylophone");
  assert.deepEqual(await options.first().locator("mark").allInnerTexts(), ["img src"]);
  assert.deepEqual(complaints, []);
  await close();
});

test("a result is narrowed and widened by chips, without scripts too", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page: tab, close } = await page(chromium, served.address, { javaScriptEnabled });
    await signIn(tab);
    await tab.goto("/listing?q=kubrick");
    const total = async () => Number.parseInt(await tab.locator(".listing-head .total").innerText(), 10);
    const facet = (id) => tab.locator(`.facet:has(#facet-${id}) a.chip`);
    const all = await total();
    for (const [id, parameter] of [["genres", "genre="], ["decades", "year="], ["scores", "score="]]) {
      // The sample has no scores.
      if (id === "scores" && (await facet(id).count()) === 0) continue;
      const promised = Number.parseInt(await facet(id).first().locator(".count").innerText(), 10);
      await facet(id).first().click();
      await tab.waitForURL((url) => url.search.includes(parameter));
      assert.equal(await total(), promised);
      await tab.locator(".chips.on a").nth(1).click();
      await tab.waitForURL((url) => !url.search.includes(parameter));
      assert.equal(await total(), all);
    }
    await tab.goto("/listing?name=star+wars&year=1930..1939");
    await tab.locator(".empty").getByRole("link", { name: "Remove the filter Year: 1930s" }).click();
    await tab.waitForURL(/name=star/);
    assert.ok((await total()) > 0);
    await close();
  }
});

test("a word that nothing has too is left out, and the page says so", async () => {
  const { page: tab, close } = await page(chromium, served.address);
  await signIn(tab);
  for (const path of ["/listing", "/admin"]) {
    await tab.goto(`${path}?q=godfather+zzzzqqq`);
    const told = tab.locator(".told[role=status]");
    assert.equal(await told.locator("strong").innerText(), "zzzzqqq");
    await tab.getByRole("main").getByRole("link", { name: "The Godfather", exact: true }).first().waitFor();
    await told.getByRole("link", { name: "godfather" }).click();
    await tab.waitForURL(/q=godfather$/);
    assert.equal(await told.count(), 0);
  }
  await close();
});

const paths = ["/", "/listing", "/listing?q=zzzz&genre=Drama", "/listing?genre=Drama&year=1970..1979", "/listing?q=godfather+zzzzqqq", "/movie/60", "/admin", "/manage/add", "/manage/update?id=60", "/manage/delete/60", "/nowhere", "/listing?q=stanly+kubrik&view=table"];

for (const [lang, colorScheme, width] of [["en", "light", 1280], ["ar", "dark", 390], ["en", "dark", 320], ["de", "light", 390], ["ja", "light", 1280]]) {
  test(`pages in ${lang}, ${colorScheme}, ${width} pixels wide: no fault that axe finds, nothing overflows`, async () => {
    const { page: tab, complaints, close } = await page(chromium, served.address, { colorScheme, viewport: { width, height: 800 } });
    await signIn(tab);
    for (const path of paths) {
      await tab.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
      assert.equal(await tab.getAttribute("html", "dir"), lang === "ar" ? "rtl" : "ltr");
      const beyond = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(beyond <= 0, `${path} is ${beyond} pixels too wide`);
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(" ")}`);
      assert.deepEqual(told, [], path);
    }
    assert.deepEqual(complaints.filter((text) => !text.includes("404")), []);
    await close();
  });
}

test("the first visit to the listing is at most 60 KB over the wire", async () => {
  const open = await site("--public");
  const { page: tab, close } = await page(chromium, open.address);
  const network = await tab.context().newCDPSession(tab);
  await network.send("Network.enable");
  let bytes = 0;
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await tab.goto("/listing", { waitUntil: "networkidle" });
  assert.ok(bytes > 5_000 && bytes <= 60 * 1024, `${bytes} bytes`);
  await close();
  await open.stop();
});
