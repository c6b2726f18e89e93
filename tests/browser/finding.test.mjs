// Finding movies in a real browser: suggestions by keyboard, light and dark, grid and table, the next page by scrolling,
// and all of it without scripts where it can be.
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

const visit = (options) => page(chromium, served.address, options);

test("suggestions are in groups and are walked, taken and closed by keyboard", async () => {
  const { page: tab, complaints, close } = await visit();
  await tab.goto("/listing");
  const field = tab.locator("#bar-q");
  const list = tab.locator("#bar-q + [role=listbox]");
  const options = list.getByRole("option");
  await tab.keyboard.press("/");
  await tab.keyboard.type("war");
  await options.first().waitFor();
  await list.getByRole("group", { name: "Movies" }).waitFor();
  await list.getByRole("group", { name: "Genres" }).getByRole("option", { name: /^War/ }).waitFor();
  assert.equal(await list.locator(".group[aria-hidden=true]", { hasText: "Movies" }).count(), 1);
  assert.match((await list.locator("mark").allInnerTexts()).join(" "), /War/);
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  assert.equal(await field.getAttribute("aria-controls"), await list.getAttribute("id"));
  await tab.keyboard.press("ArrowUp");
  assert.equal(await field.getAttribute("aria-activedescendant"), await options.last().getAttribute("id"));
  await tab.keyboard.press("Escape");
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await list.isVisible(), false);
  // Without an option Enter sends the form; with one it goes where the option leads.
  await Promise.all([tab.waitForURL(/\/listing\?q=war/), tab.keyboard.press("Enter")]);
  await tab.fill("#bar-q", "");
  await tab.locator("#bar-q").pressSequentially("kubrick");
  await list.getByRole("group", { name: "People" }).waitFor();
  while (!(await list.locator("[aria-selected=true]", { hasText: "Stanley Kubrick" }).count())) await tab.keyboard.press("ArrowDown");
  await Promise.all([tab.waitForURL(/director=Stanley\+Kubrick/), tab.keyboard.press("Enter")]);
  assert.deepEqual(complaints, []);
  await close();
});

test("nothing is asked while a word is composed, and a late answer is dropped", async () => {
  const { page: tab, close } = await visit();
  await tab.goto("/listing");
  const asked = [];
  const held = [];
  await tab.route("**/suggest?**", async (route) => {
    const q = new URL(route.request().url()).searchParams.get("q");
    asked.push(q);
    if (q === "st") await new Promise((go) => held.push(go));
    await route.continue().catch(() => {});
  });
  const field = tab.locator("#bar-q");
  await field.focus();
  await field.dispatchEvent("compositionstart");
  await tab.keyboard.type("st");
  await tab.waitForTimeout(300);
  assert.deepEqual(asked, []);
  await field.dispatchEvent("compositionend");
  await tab.waitForTimeout(300);
  assert.deepEqual(asked, ["st"]);
  await tab.keyboard.type("anley k");
  await tab.getByRole("option", { name: /^Stanley Kubrick/ }).waitFor();
  held.forEach((go) => go());
  await tab.waitForTimeout(200);
  assert.equal(await tab.getByRole("option", { name: /^Stanley Kubrick/ }).count(), 1);
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";

  test(`light and dark by a switch that is remembered, ${how}`, async () => {
    const { page: tab, complaints, close } = await visit({ javaScriptEnabled, colorScheme: "light" });
    const state = () => tab.locator("html").getAttribute("data-theme");
    await tab.goto("/listing?genre=Drama");
    assert.equal(await state(), "auto");
    await tab.locator(".themes summary").focus();
    await tab.keyboard.press("Enter");
    const kept = javaScriptEnabled && tab.waitForResponse(/theme=dark/);
    await tab.locator(".themes").getByRole("link", { name: "Dark", exact: true }).click();
    if (kept) await kept;
    assert.equal(await state(), "dark");
    await tab.goto("/movie/60");
    assert.equal(await state(), "dark");
    if (javaScriptEnabled) {
      assert.equal(await tab.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
      assert.equal(await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(20, 18, 19)");
    }
    await tab.goto("/listing?genre=Drama&theme=auto");
    assert.equal(await state(), "auto");
    await tab.goto("/movie/60");
    assert.equal(await state(), "auto");
    assert.deepEqual(complaints, []);
    await close();
  });

  test(`a grid or a table, remembered, ${how}`, async () => {
    const { page: tab, complaints, close } = await visit({ javaScriptEnabled });
    await tab.goto("/listing?q=kubrick");
    const found = await tab.locator(".cards > li").count();
    await tab.getByRole("link", { name: "Table" }).click();
    await tab.waitForURL(/view=table/);
    assert.equal(await tab.locator(".films tbody tr").count(), found);
    assert.equal(await tab.getByRole("link", { name: "Table" }).getAttribute("aria-current"), "true");
    await tab.goto("/listing?q=lucas");
    assert.ok((await tab.locator(".films tbody tr").count()) > 0);
    await tab.goto("/listing?q=lucas&view=grid");
    assert.ok((await tab.locator(".cards > li").count()) > 0);
    assert.deepEqual(complaints, []);
    await close();
  });

  test(`a director narrows a result by what the number promises, ${how}`, async () => {
    const { page: tab, close } = await visit({ javaScriptEnabled });
    await tab.goto("/listing?genre=Drama");
    const first = tab.locator(".facet:has(#facet-directors) a.chip").first();
    const promised = Number.parseInt(await first.locator(".count").innerText(), 10);
    await first.click();
    await tab.waitForURL(/director=/);
    assert.equal(Number.parseInt(await tab.locator(".listing-head .total").innerText(), 10), promised);
    await tab.locator(".facet:has(#facet-directors) a.chip[aria-current]").click();
    await tab.waitForURL((url) => !url.search.includes("director="));
    await close();
  });
}

test("what was meant is offered where something else was typed", async () => {
  const { page: tab, close } = await visit();
  await tab.goto("/listing?q=stanley+kubrick");
  assert.equal(await tab.getByText("Did you mean").count(), 0);
  await tab.goto("/listing?q=stanly+kubrik");
  await tab.locator(".told").getByRole("link", { name: "Stanley Kubrick" }).click();
  await tab.waitForURL(/q=Stanley\+Kubrick/);
  assert.equal(await tab.getByText("Did you mean").count(), 0);
  await close();
});

test("the next page comes by scrolling, three times, then by a button", async () => {
  const { page: tab, complaints, close } = await visit();
  for (const [view, items] of [["grid", ".cards > li"], ["table", ".films tbody tr"]]) {
    await tab.goto(`/listing?items=20&view=${view}`);
    for (let part = 2; part <= 4; part += 1) {
      await tab.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await tab.waitForFunction(([items, count]) => document.querySelectorAll(items).length >= count, [items, part * 20]);
    }
    await tab.waitForURL(/p=4/);
    await tab.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await tab.waitForTimeout(300);
    assert.equal(await tab.locator(items).count(), 80);
    assert.match(await tab.locator("body > [role=status]").innerText(), /Page 4 of/);
    const links = await tab.locator(`${items} a[href^="/movie/"]`).evaluateAll((all) => all.map((link) => link.href));
    assert.equal(new Set(links).size, 80);
    await tab.getByRole("button", { name: "Load more movies" }).click();
    await tab.waitForFunction(([items]) => document.querySelectorAll(items).length === 100, [items]);
    await tab.waitForURL(/p=5/);
    assert.equal(await tab.evaluate(() => document.activeElement.getAttribute("href")), new URL(await tab.locator(items).nth(80).locator("a").first().evaluate((link) => link.href)).pathname);
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("without scripts the next page is a link", async () => {
  const { page: tab, close } = await visit({ javaScriptEnabled: false });
  await tab.goto("/listing?items=20");
  assert.equal(await tab.locator(".cards > li").count(), 20);
  await tab.locator(".pages [rel=next]").click();
  await tab.waitForURL(/p=2/);
  assert.equal(await tab.locator(".cards > li").count(), 20);
  await close();
});

test("at four times the size nothing is wider than the screen, and the bar leaves room to read", async () => {
  const { page: tab, close } = await visit({ viewport: { width: 320, height: 256 } });
  await signIn(tab);
  for (const path of ["/", "/listing", "/listing?view=table", "/listing?view=grid", "/admin"]) {
    for (const lang of ["en", "ar"]) {
      await tab.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
      assert.ok((await tab.evaluate(() => document.documentElement.scrollWidth)) <= 320, `${path} ${lang}`);
      assert.equal(await tab.evaluate(() => getComputedStyle(document.querySelector(".bar")).position), "static");
      const small = await tab.evaluate(() =>
        [...document.querySelectorAll("a, button, summary, input, select")]
          .filter((part) => part.checkVisibility() && !part.closest("p, td, .unseen") && !part.classList.contains("skip"))
          .filter((part) => { const box = part.getBoundingClientRect(); return box.width > 0 && (box.width < 24 || box.height < 24); })
          .map((part) => part.outerHTML.slice(0, 90)));
      assert.deepEqual(small, [], path);
    }
  }
  await close();
});
