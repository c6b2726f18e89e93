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
  await tab.getByRole("main").getByRole("link", { name: "Sci-Fi" }).waitFor();

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

const paths = ["/", "/listing", "/listing?q=zzzz&genre=Drama", "/movie/60", "/admin", "/manage/add", "/manage/update?id=60", "/manage/delete/60", "/nowhere"];

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
