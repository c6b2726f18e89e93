// Going back to a listing finds the same pages and the same place, for those who are signed in too, whether the browser
// kept the page or not; and it shows nobody the pages of somebody who has signed out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { browser, page, signIn, site } from "./site.mjs";

let served;
const browsers = {};

before(async () => {
  served = await site();
  browsers["the page kept"] = await browser({ canGoBack: true });
  browsers["the page not kept"] = await browser();
});

after(async () => {
  for (const one of Object.values(browsers)) await one.close();
  await served?.stop();
});

const ITEMS = { grid: ".found > .cards > li", table: ".found > .films > tbody > tr" };

/** Scrolls until four pages are there, and then to the middle of the third. */
async function scroll(tab, items) {
  for (let part = 2; part <= 4; part += 1) {
    await tab.evaluate(() => scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
    await tab.waitForFunction(([items, count]) => document.querySelectorAll(items).length >= count, [items, part * 20]);
  }
  await tab.waitForURL(/p=4/);
  await tab.evaluate((items) => document.querySelectorAll(items)[48].scrollIntoView({ block: "center", behavior: "instant" }), items);
}

/** Where the 49th movie is, how many there are, and whether the page is the one that was left. It asks the browser itself:
 *  Playwright loses sight of a page that is shown again as it was left. */
async function place(tab, items) {
  const session = await tab.context().newCDPSession(tab);
  const expression = `(() => {
    const all = [...document.querySelectorAll(${JSON.stringify(items)})];
    const link = all[48]?.querySelector("a");
    return JSON.stringify({ count: all.length, href: link?.getAttribute("href"), top: Math.round(link?.getBoundingClientRect().top), isKept: window.isKept === true });
  })()`;
  const { result } = await session.send("Runtime.evaluate", { expression });
  await session.detach();
  return JSON.parse(result.value);
}

/** The place is found once the movies are there and the page rests. */
async function comesTo(tab, items, wanted) {
  const until = Date.now() + 5000;
  let found = await place(tab, items).catch(String);
  while (!isDeepStrictEqual(found, wanted) && Date.now() < until) {
    await new Promise((go) => setTimeout(go, 50));
    found = await place(tab, items).catch(String);
  }
  assert.deepEqual(found, wanted);
}

for (const how of ["the page kept", "the page not kept"]) {
  const isKept = how === "the page kept";
  for (const [view, items] of Object.entries(ITEMS)) {
    test(`back from a movie to the same place in a ${view}, ${how}`, async () => {
      const { page: tab, complaints, close } = await page(browsers[how], served.address);
      await signIn(tab);
      await tab.goto(`/listing?items=20&view=${view}`);
      await scroll(tab, items);
      await tab.evaluate(() => (window.isKept = true));
      const left = await place(tab, items);
      await tab.locator(items).nth(48).locator("a").first().click();
      await tab.waitForURL(`**${left.href}`);
      await tab.goBack({ waitUntil: "commit" });
      await comesTo(tab, items, { ...left, isKept });
      if (!isKept) {
        await tab.reload();
        await comesTo(tab, items, { ...left, isKept: false });
        // What comes next still comes.
        await tab.getByRole("button", { name: "Load more movies" }).click();
        await tab.waitForFunction(([items]) => document.querySelectorAll(items).length === 100, [items]);
        const links = await tab.locator(`${items} a[href^="/movie/"]`).evaluateAll((all) => all.map((link) => link.href));
        assert.equal(new Set(links).size, 100);
      }
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test(`back after the sign-out shows nothing of what was somebody's own, ${how}`, async () => {
    const { page: tab, close } = await page(browsers[how], served.address);
    for (const path of ["/mine", "/listing", "/movie/60"]) {
      await signIn(tab);
      await tab.goto(path);
      await tab.getByText("Sign out").waitFor({ state: "attached" });
      await tab.goto("/lists");
      // The page takes the notice out of its address as soon as it is there.
      await Promise.all([tab.waitForURL(/signed-out/), tab.click(".sign-out button")]);
      for (let steps = 0; steps < 2; steps += 1) {
        await tab.goBack();
        await tab.waitForURL(/signin/);
        assert.equal(await tab.getByText("Sign out").count(), 0, path);
      }
    }
    await close();
  });
}

test("a kept page of somebody else is loaded anew, also where the browser forgets nothing", async () => {
  const { page: tab, close } = await page(browsers["the page kept"], served.address);
  await signIn(tab);
  await tab.goto("/mine");
  await tab.evaluate(() => (window.isKept = true));
  await tab.goto("/lists");
  // A sign-out whose reply asks the browser for nothing, as over plain HTTP.
  await tab.context().clearCookies({ name: "fmdb_session" });
  await tab.context().addCookies([{ name: "fmdb_visit", value: "another", url: served.address }]);
  await tab.goBack();
  await tab.waitForURL(/signin/);
  assert.equal(await tab.evaluate(() => window.isKept), undefined);
  await close();
});

test("an address of a later page offers the pages before it", async () => {
  const { page: tab, complaints, close } = await page(browsers["the page not kept"], served.address);
  await signIn(tab);
  await tab.goto("/listing?items=20&view=grid&p=4");
  const first = tab.locator(ITEMS.grid).first().locator("a").first();
  const href = await first.getAttribute("href");
  const top = () => tab.evaluate((href) => Math.round(document.querySelector(`.cards a[href="${href}"]`).getBoundingClientRect().top), href);
  for (let count = 2; count <= 4; count += 1) {
    const before = await tab.getByRole("button", { name: "Load previous movies" }).evaluate((button) => (button.scrollIntoView({ block: "center", behavior: "instant" }), 0)).then(top);
    await tab.getByRole("button", { name: "Load previous movies" }).click();
    await tab.waitForFunction(([items, count]) => document.querySelectorAll(items).length === count * 20, [ITEMS.grid, count]);
    if (count === 2) assert.ok(Math.abs((await top()) - before) <= 60, `${before} to ${await top()}`);
  }
  assert.equal(await tab.getByRole("button", { name: "Load previous movies" }).count(), 0);
  const links = await tab.locator(`${ITEMS.grid} .card-link`).evaluateAll((all) => all.map((link) => link.href));
  assert.equal(new Set(links).size, 80);
  assert.deepEqual(complaints, []);
  await close();
});

test("the next page comes where a busy browser tells late that its place was out of sight before", async () => {
  const { page: tab, complaints, close } = await page(browsers["the page not kept"], served.address);
  await tab.addInitScript(() => {
    globalThis.IntersectionObserver = class extends IntersectionObserver {
      constructor(tell, options) {
        const held = [];
        super((seen, watch) => {
          held.push(...seen);
          if (seen.at(-1).isIntersecting) tell(held.splice(0), watch);
        }, options);
      }
    };
  });
  await signIn(tab);
  await tab.goto("/listing?items=20&view=grid");
  await scroll(tab, ITEMS.grid);
  assert.deepEqual(complaints, []);
  await close();
});

test("the next page comes where its place came into sight while the pages before were loading", async () => {
  const { page: tab, complaints, close } = await page(browsers["the page not kept"], served.address);
  await signIn(tab);
  await tab.goto("/listing?items=20&view=grid&p=4");
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await tab.route(/[?&]p=3\b/, async (route) => {
    await held;
    await route.continue();
  });
  await Promise.all([tab.waitForRequest(/[?&]p=3\b/), tab.getByRole("button", { name: "Load previous movies" }).click()]);
  // The place of the next page is in sight, and the page has been told so.
  await tab.evaluate(() => new Promise((seen) => {
    scrollTo({ top: document.body.scrollHeight, behavior: "instant" });
    new IntersectionObserver((all) => all.at(-1).isIntersecting && setTimeout(seen)).observe(document.querySelector(".found > .pages"));
  }));
  assert.equal(await tab.locator(ITEMS.grid).count(), 20);
  go();
  await tab.waitForFunction(([items]) => document.querySelectorAll(items).length >= 60, [ITEMS.grid]);
  assert.match(tab.url(), /p=5/);
  assert.deepEqual(complaints, []);
  await close();
});
