// What people keep for themselves, in a real browser: without scripts, and for everyone.
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

test("without scripts, everything of a movie is set on its page, and a file is brought", async () => {
  const { page: tab, close } = await page(chromium, served.address, { javaScriptEnabled: false });
  await signIn(tab);
  await tab.goto("/movie/61");
  await tab.getByText("8 out of 10").locator("..").click();
  await tab.getByRole("button", { name: "Save", exact: true }).click();
  assert.ok(await tab.locator("#rating-8").isChecked());
  await tab.getByRole("button", { name: "Add to your watchlist" }).click();
  await tab.getByRole("button", { name: "On your watchlist, take it off" }).waitFor();
  await tab.fill("#seen-date", "2020-02-29");
  await tab.getByRole("button", { name: "Add this date" }).click();
  await tab.getByRole("button", { name: "Seen sometime" }).click();
  assert.equal(await tab.getByRole("button", { name: /^Remove: seen/ }).count(), 2);
  await tab.fill("#note", "<i>so good</i>\nagain");
  await tab.getByRole("button", { name: "Save the note" }).click();
  assert.equal(await tab.locator("#note").inputValue(), "<i>so good</i>\nagain");
  assert.match(tab.url(), /#yours$/);
  await tab.getByRole("button", { name: "Make a list" }).click();
  await tab.fill("#name", "Rainy Sundays");
  await tab.check("#public");
  await tab.getByRole("button", { name: "Save" }).click();
  // The list that was made for the movie holds it.
  assert.match(tab.url(), /\/movie\/61\?.*#yours$/);
  await tab.locator("#yours-lists").getByRole("link", { name: "Rainy Sundays" }).waitFor();
  await tab.goto("/movie/62");
  await tab.selectOption("#list", { label: "Rainy Sundays" });
  await tab.getByRole("button", { name: "Add to the list" }).click();
  await tab.getByRole("link", { name: "Rainy Sundays" }).click();
  const titles = () => tab.locator(".row-title").allInnerTexts();
  const before = await titles();
  await tab.getByRole("button", { name: "Move down" }).click();
  assert.deepEqual(await titles(), before.toReversed());
  await tab.goto("/mine/import");
  await tab.setInputFiles("#file", { name: "ratings.csv", mimeType: "text/csv", buffer: Buffer.from("Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Metropolis,1927,,4\n2024-01-01,Nope,1,,4\n") });
  await tab.locator("form[enctype] button").click();
  await tab.getByText("1 set something new").waitFor();
  await tab.goto("/mine");
  assert.match(await tab.locator("main").innerText(), /2 ratings[\s\S]*Metropolis[\s\S]*Your taste/);
  await close();
});

test("a rating is given with the keyboard alone", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await signIn(tab);
  await tab.goto("/movie/70");
  await tab.locator("#rating-1").focus();
  for (let times = 0; times < 6; times += 1) await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("Enter");
  await tab.locator(".toast").filter({ hasText: "saved" }).waitFor();
  await tab.reload();
  assert.ok(await tab.locator("#rating-7").isChecked());
  assert.deepEqual(complaints, []);
  await close();
});

/** Keeps something of every kind for a movie; the answer is the path of a new list with it. */
async function keep(tab, movie) {
  await tab.goto(`/movie/${movie}`);
  const headers = { "x-csrf-token": await tab.locator("[name=csrf]").first().inputValue(), accept: "application/json" };
  const post = async (path, data) => {
    const reply = await tab.request.post(path, { data, headers });
    assert.ok(reply.ok(), `${path}: ${reply.status()}`);
    return reply;
  };
  for (const [kind, data] of [["rating", { rating: 8 }], ["note", { note: "so good" }], ["seen", { date: "2024-05-31" }], ["watchlist", { on: true }]]) await post(`/mine/${kind}/${movie}`, data);
  const { location } = (await post("/lists", { name: `Rainy Sundays ${Math.random()}` })).headers();
  await post(`${location}/movies`, { movie });
  return location;
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on one's own pages, and nothing overflows (${colorScheme})`, async () => {
    const { page: tab, complaints, close } = await page(chromium, served.address, { colorScheme });
    await signIn(tab);
    const list = await keep(tab, 65);
    for (const path of ["/movie/65", "/mine", "/mine/ratings", "/mine/notes", "/mine/watchlist?p=9", "/mine/import", "/lists", list, "/account"]) {
      await tab.setViewportSize({ width: 1280, height: 900 });
      await tab.goto(path);
      await tab.evaluate(axe);
      const found = await tab.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 120)]), [], path);
      await tab.setViewportSize({ width: 320, height: 800 });
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, path);
    }
    assert.deepEqual(complaints, []);
    await close();
  });
}
