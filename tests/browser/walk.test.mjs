// Every page in every language, in both themes, on a small phone and a wide screen: nothing for axe to find, nothing wider
// than the window, nothing in another direction, no text without its translation, nothing asked of another site.
//
// A page is opened once in each language and looked at four times. Axe looks for everything the first time; again for
// what depends on colours and sizes alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browser, page, signIn, site } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sections = readFileSync(new URL("../../assets/locales/en.yml", import.meta.url), "utf8").match(/^[a-z_]+(?=:\s*$)/gm);
/** A key that stands where its text should. */
const key = new RegExp(`(?<![\\w./@-])(?:${sections.join("|")})\\.[a-z][a-z_0-9]*(?:\\.[a-z_]+)?(?![\\w/])`);
const looks = [[320, "light"], [320, "dark"], [1440, "light"], [1440, "dark"]];
const colours = ["color-contrast", "link-in-text-block", "target-size"];

/** What everybody sees, and an admin in another way. */
const open = {
  "front page": "/",
  listing: "/listing",
  movie: "/movie/60",
};
const nobody = {
  ...open,
  "sign in": "/signin",
  "sign up": "/signup",
};
const admin = {
  ...open,
  "a person": "/person/Stanley%20Kubrick",
  "a genre": "/genre/Drama",
  "a decade": "/decade/1970",
  "all genres and decades": "/browse",
  "the catalogue in pictures": "/stats",
  lists: "/lists",
  "a table": "/listing?view=table&genre=Crime",
  "a narrowed listing": "/listing?q=love&genre=Drama&year=1950..2009&score=6..&sort=year",
  "words left out": "/listing?q=godfather+zzzzqqq",
  "nothing found": "/listing?name=zzzzqqq&genre=Drama&year=1970..1979",
  "what was meant": "/listing?q=godfahter",
  "parameters that cannot be read": "/listing?year=soon&score=99",
  "a movie without facts": "/movie/{bare}",
  "an address that is not there": "/nowhere",
  "the catalogue's care": "/admin?genre=Drama",
  "add a movie": "/manage/add",
  "edit a movie": "/manage/update?id=60",
  "delete a movie": "/manage/delete/60",
  "my page": "/mine",
  "my ratings": "/mine/ratings",
  "my watchlist": "/mine/watchlist",
  "what I have seen": "/mine/seen",
  "my notes": "/mine/notes",
  "bring my things": "/mine/import",
  "a list": "/list/1",
  "my account": "/account",
};

let served, chromium, languages, bare;

before(async () => {
  served = await site("--public");
  chromium = await browser();
  const { page: tab, close } = await page(chromium, served.address);
  await signIn(tab);
  languages = await tab.locator("[hreflang][data-language], .languages [hreflang]").evaluateAll((links) => links.map((link) => link.hreflang));
  await tab.goto("/manage/add");
  await tab.fill("[name=movie_name]", "Bare");
  await tab.locator("main form.panel button[type=submit], main form button[type=submit]").last().click();
  await tab.goto("/listing?name=Bare");
  bare = (await tab.locator("a[href^='/movie/']").first().getAttribute("href")).match(/\d+/)[0];
  // Something of one's own, so that those pages have what to show.
  await tab.goto("/lists");
  await tab.fill("#name", "Rainy Sundays, and <b>other</b> days");
  await tab.getByRole("button", { name: "Save" }).click();
  await tab.goto("/movie/60");
  await tab.getByText("8 out of 10").locator("..").click();
  await tab.getByRole("button", { name: "Save", exact: true }).click();
  await tab.getByRole("button", { name: "Add to your watchlist" }).click();
  await tab.getByRole("button", { name: "Seen sometime" }).click();
  await tab.fill("#note", "Again, with friends.");
  await tab.getByRole("button", { name: "Save the note" }).click();
  await tab.selectOption("#list", { index: 0 });
  await tab.getByRole("button", { name: "Add to the list" }).click();
  await close();
  assert.equal(new Set(languages).size, 18, "the languages of the switch");
});

after(async () => {
  await chromium?.close();
  await served?.stop();
});

/** What is wrong with the page as it is shown now. */
async function faults(tab, rules) {
  const found = await tab.evaluate(async (rules) => {
    const options = rules ? { runOnly: rules } : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
    const { violations } = await window.axe.run(document, options);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, rules);
  const wide = await tab.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const beyond = [...document.body.querySelectorAll("*")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && (box.right > room + 1 || box.left < -1);
    });
    return [`wider than the window: ${beyond.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`];
  });
  return [...found, ...wide];
}

async function walk(language, paths, tab, complaints) {
  const wrong = [];
  for (const [name, path] of Object.entries(paths)) {
    const address = path.replace("{bare}", bare);
    let rules;
    for (const [width, colorScheme] of looks) {
      await tab.setViewportSize({ width, height: 900 });
      await tab.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      if (!rules) {
        await tab.goto(`${address}${address.includes("?") ? "&" : "?"}lang=${language}`);
        await tab.evaluate(axe);
        const [lang, dir, text] = await tab.evaluate(() => [document.documentElement.lang, document.documentElement.dir, document.body.innerText]);
        if (lang !== language) wrong.push(`${name}: lang is ${lang}`);
        if (dir !== (["ar", "he"].includes(language) ? "rtl" : "ltr")) wrong.push(`${name}: dir is ${dir}`);
        const untranslated = text.match(key);
        if (untranslated) wrong.push(`${name}: a text is missing: ${untranslated[0]}`);
      }
      for (const fault of await faults(tab, rules)) wrong.push(`${name}, ${width} pixels, ${colorScheme}: ${fault}`);
      rules = colours;
    }
  }
  // The pages that say no are part of the walk.
  wrong.push(...complaints.filter((complaint) => !/status of (400|404|422)/.test(complaint)));
  return wrong;
}

for (const [who, paths] of Object.entries({ nobody, admin })) {
  test(`every page in every language, seen by ${who}`, { concurrency: 2 }, async (context) => {
    // Two at once: one waits for the site while the other is looked at.
    const waiting = [...languages];
    const walker = async () => {
      for (let language = waiting.shift(); language; language = waiting.shift()) {
        await context.test(language, async () => {
          const { page: tab, complaints, close } = await page(chromium, served.address, { bypassCSP: true });
          if (who === "admin") await signIn(tab);
          assert.deepEqual(await walk(language, paths, tab, complaints), []);
          await close();
        });
      }
    };
    await Promise.all([walker(), walker()]);
  });
}
