// Whatever is shown can be reached: menus, suggestions, dialogs, chips and shelves, at three widths, left to right and
// right to left. A part counts as reached when the point in its middle belongs to it, which no look at boxes can tell.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, page, signIn, site } from "./site.mjs";

let served, chromium;

before(async () => {
  served = await site("--public");
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await served?.stop();
});

/** The parts whose middle belongs to something else. What is out of sight is scrolled to, unless `isFixed`. */
function missed(tab, parts, isFixed = false) {
  return tab.evaluate(([parts, isFixed]) => {
    const shown = [...document.querySelectorAll(parts)].filter((part) => part.checkVisibility());
    if (!shown.length) return [`nothing is ${parts}`];
    return shown.flatMap((part) => {
      if (!isFixed) part.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      const box = part.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const hit = document.elementFromPoint(x, y);
      if (part.contains(hit)) return [];
      return [`${part.outerHTML.slice(0, 80)} at ${Math.round(x)},${Math.round(y)}: ${hit?.outerHTML.slice(0, 80)}`];
    });
  }, [parts, isFixed]);
}

/** Opens each menu of the page and looks at its items; on a phone by touch. */
async function menus(tab, isTouch) {
  const faults = [];
  for (const menu of await tab.locator("details.menu").all()) {
    const press = () => (isTouch ? menu.locator("summary").tap() : menu.locator("summary").click());
    await press();
    faults.push(...(await missed(tab, "details.menu[open] .menu-list a", true)));
    faults.push(...(await tab.evaluate(() => {
      const list = document.querySelector("details.menu[open] .menu-list").getBoundingClientRect();
      const items = [...document.querySelectorAll("details.menu[open] .menu-list a")].map((item) => item.getBoundingClientRect());
      const isWhole = list.left >= 0 && list.right <= innerWidth;
      const isFilled = items.every((item) => item.width >= list.width - 20);
      const isClosed = items.every((item, place) => place === 0 || item.top - items[place - 1].bottom < 2);
      return [isWhole || "a menu leaves the window", isFilled || "an item is narrower than its menu", isClosed || "a gap between items"].filter((told) => told !== true);
    })));
    await press();
  }
  return faults;
}

/** Types into a field and looks at the suggestions. */
async function suggestions(tab, field, text) {
  await tab.locator(field).scrollIntoViewIfNeeded();
  await tab.locator(field).click();
  await tab.keyboard.type(text);
  await tab.locator(`${field} + [role=listbox] [role=option]`).first().waitFor();
  const faults = await missed(tab, `${field} + [role=listbox] [role=option]`);
  await tab.keyboard.press("Escape");
  return faults;
}

/** Opens the question before a deletion and looks whether it is all there. */
async function dialog(tab, link) {
  await tab.locator(link).first().click();
  await tab.locator("dialog[open]").waitFor();
  const faults = await missed(tab, "dialog button", true);
  faults.push(...(await tab.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    const box = dialog.getBoundingClientRect();
    const { opacity, visibility, backgroundColor } = getComputedStyle(dialog, "::backdrop");
    const isInside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
    const isCentred = Math.abs(box.left + box.width / 2 - document.documentElement.clientWidth / 2) < 20;
    const isDimmed = Number(opacity) > 0.9 && visibility === "visible" && !/^(transparent|rgba\(.* 0\))$/.test(backgroundColor);
    const isCovered = document.elementFromPoint(3, innerHeight - 3) === dialog;
    return [
      isInside || `the dialog leaves the window: ${box.left} to ${box.right}`,
      isCentred || "the dialog is not in the middle",
      (isDimmed && isCovered) || `the page behind the dialog is not covered: ${opacity} ${visibility} ${backgroundColor}`,
    ].filter((told) => told !== true);
  })));
  await tab.keyboard.press("Escape");
  return faults;
}

/** Each shelf scrolls, and its last card can be brought into view and reached, by scrolling and by keyboard. */
function shelves(tab) {
  return tab.evaluate(async () => {
    const faults = [];
    const isReached = (card) => {
      const box = card.getBoundingClientRect();
      const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return box.left >= 0 && box.right <= innerWidth && card.contains(hit);
    };
    const rows = [...document.querySelectorAll(".row > .cards")];
    if (rows.length < 2) faults.push("there are no shelves");
    for (const row of rows) {
      row.scrollIntoView({ block: "center", behavior: "instant" });
      if (!(row.clientWidth <= innerWidth && innerWidth < row.scrollWidth)) faults.push(`a shelf does not scroll: ${row.clientWidth} of ${row.scrollWidth} in ${innerWidth}`);
      const link = row.lastElementChild.querySelector("a");
      const end = row.scrollWidth - row.clientWidth;
      row.scrollTo({ left: document.dir === "rtl" ? -end : end, behavior: "instant" });
      if (!isReached(link)) faults.push("the last card of a shelf cannot be scrolled to");
      row.scrollTo({ left: 0, behavior: "instant" });
      link.focus();
      if (!isReached(link)) faults.push("the focus is on a card that is out of sight");
    }
    return faults;
  });
}

for (const width of [320, 390, 1440]) {
  for (const lang of ["en", "ar"]) {
    test(`what is shown is what is reached, ${width} pixels, ${lang}`, async () => {
      const isTouch = width === 390;
      const options = { viewport: { width, height: 800 }, hasTouch: isTouch, reducedMotion: "reduce" };
      const { page: tab, complaints, close } = await page(chromium, served.address, options);
      await signIn(tab);
      const faults = {};
      const look = async (name, path, check) => {
        if (path) await tab.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
        const found = await check();
        if (found.length) faults[name] = found.slice(0, 4);
      };
      await look("shelves", "/", () => shelves(tab));
      await look("the hero's suggestions", "/", () => suggestions(tab, "#hero-q", "war"));
      for (const view of ["grid", "table"]) {
        await look(`menus over a ${view}`, `/listing?genre=Thriller&year=1990..1999&view=${view}`, () => menus(tab, isTouch));
        await look(`chips over a ${view}`, null, () => missed(tab, "main .chip:not(summary)"));
        await look(`the bar's suggestions over a ${view}`, null, () => suggestions(tab, "#bar-q", "star"));
        await tab.locator(".search summary").click();
        await look(`directors over a ${view}`, null, () => suggestions(tab, "#director", "jo"));
        await look(`genres over a ${view}`, null, () => suggestions(tab, "#genre", "a"));
      }
      await look("menus in the admin's table", "/admin?genre=Drama", () => menus(tab, isTouch));
      await look("icons of the admin's table", null, () => missed(tab, ".manage .icon-button"));
      await look("a dialog over a table", null, () => dialog(tab, "a[data-delete]"));
      await look("a dialog over a movie", "/movie/60", () => dialog(tab, "a[data-delete]"));
      await look("menus on a movie", null, () => menus(tab, isTouch));
      await look("buttons of a movie", null, () => missed(tab, "main button, main .button"));
      await look("directors in the form", "/manage/add", () => suggestions(tab, "[name=director]", "jo"));
      await look("genres in the form", "/manage/update?id=60", () => suggestions(tab, "#add-genre", "a"));
      await look("buttons of the form", null, () => missed(tab, "main button, main .button"));
      await look("buttons of one height", "/manage/delete/60", () => tab.evaluate(() => {
        const heights = [...document.querySelectorAll(".ways > *")].map((button) => button.offsetHeight);
        return new Set(heights).size === 1 ? [] : [`heights ${heights}`];
      }));
      assert.deepEqual(faults, {});
      assert.deepEqual(complaints, []);
      await close();
    });
  }
}

test("on a phone a touch on an order takes that order", async () => {
  const { page: tab, close } = await page(chromium, served.address, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  await tab.goto("/listing?genre=Thriller&year=1990..1999");
  await tab.locator(".listing-tools .menu summary").tap();
  const item = await tab.locator(".menu-list a", { hasText: "Score" }).boundingBox();
  await tab.touchscreen.tap(item.x + item.width / 2, item.y + item.height / 2);
  await tab.waitForURL(/sort=score/);
  assert.match(tab.url(), /year=1990/);
  await close();
});

test("the dialog tells what members lose, and so does the notice", async () => {
  const { page: tab, complaints, close } = await page(chromium, served.address);
  await signIn(tab);
  await tab.goto("/movie/70?lang=en");
  const csrf = await tab.locator("[name=csrf]").first().inputValue();
  for (const [path, body] of [["rating", { rating: 8 }], ["note", { note: "secret" }], ["seen", { date: "2024-05-31" }], ["seen", { date: "" }]]) {
    const reply = await tab.request.post(`/mine/${path}/70`, { data: body, headers: { "x-csrf-token": csrf, accept: "application/json" } });
    assert.ok(reply.ok(), `${path}: ${reply.status()}`);
  }
  await tab.locator("a[data-delete]").click();
  const dialog = tab.getByRole("dialog");
  await dialog.getByText("This also removes what members saved: 1 rating, 1 note, 2 diary entries.").waitFor();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await tab.getByText("Also removed for members: 1 rating, 1 note, 2 diary entries.").waitFor();
  await tab.goto("/movie/71?lang=en");
  await tab.locator("a[data-delete]").click();
  await dialog.getByText("cannot be undone").waitFor();
  assert.equal(await dialog.getByText("members").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test("what was done is told over buttons that can still be pressed", async () => {
  for (const width of [390, 1440]) {
    const { page: tab, complaints, close } = await page(chromium, served.address, { viewport: { width, height: 800 } });
    await signIn(tab);
    await tab.goto("/movie/72?lang=en");
    await tab.getByRole("button", { name: "Save the note" }).click();
    await tab.locator(".toast").filter({ hasText: /./ }).waitFor();
    const isThrough = await tab.locator(".toast").evaluate((toast) => {
      const { x, y, width, height } = toast.getBoundingClientRect();
      return !toast.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
    assert.ok(isThrough, `${width}`);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test("the bar marks where its reader is", async () => {
  const { page: tab, close } = await page(chromium, served.address);
  await signIn(tab);
  for (const [path, href] of [["/mine", "/mine"], ["/mine/ratings", "/mine"], ["/lists", "/lists"], ["/listing?q=x", "/listing"], ["/manage/add", "/admin"], ["/", undefined]]) {
    await tab.goto(path);
    const marked = await tab.locator(".bar-links [aria-current]").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.deepEqual(marked, href ? [href] : [], path);
  }
  await close();
});

test("stars light up to the one under the pointer, else up to the chosen one", async () => {
  const { page: tab, close } = await page(chromium, served.address, { reducedMotion: "reduce" });
  await signIn(tab);
  await tab.goto("/movie/60");
  const lit = () => tab.locator(".stars label .icon").evaluateAll((stars) => {
    const probe = document.createElement("p");
    probe.className = "score";
    probe.innerHTML = "<svg class=icon></svg>";
    document.body.append(probe);
    const wanted = getComputedStyle(probe.firstChild).color;
    probe.remove();
    return stars.filter((star) => getComputedStyle(star).color === wanted).length;
  });
  assert.equal(await lit(), 0);
  await tab.locator(".stars label").nth(8).hover();
  assert.equal(await lit(), 9);
  await tab.locator(".stars label").nth(2).hover();
  assert.equal(await lit(), 3);
  await close();
});

test("without a search field the links of the bar stay at its end", async () => {
  const closed = await site();
  for (const width of [390, 700, 1440]) {
    for (const lang of ["en", "ar"]) {
      const { page: tab, close } = await page(chromium, closed.address, { viewport: { width, height: 800 } });
      await tab.goto(`/?lang=${lang}`);
      const gap = await tab.evaluate(() => {
        const [bar, last] = [document.querySelector(".bar"), document.querySelector(".bar .themes")].map((part) => part.getBoundingClientRect());
        const links = document.querySelector(".bar-links").getBoundingClientRect();
        const isLeft = document.dir === "rtl";
        return { end: isLeft ? last.left - bar.left : bar.right - last.right, between: isLeft ? links.left - last.right : last.left - links.right };
      });
      assert.ok(gap.end >= 0 && gap.end <= 60 && gap.between >= 0 && gap.between <= 20, `${width} ${lang}: ${JSON.stringify(gap)}`);
      await close();
    }
  }
  await closed.stop();
});
