// Forms as people use them: typed and clicked with the mouse, keys and an input method, in English and Arabic, on a phone
// and a desk. Nothing that was typed is lost, and what was done is told in sight.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, page, signIn, site } from "./site.mjs";

let served, chromium;

before(async () => {
  served = await site("--public");
  chromium = await browser();
  // The sample catalogue has no scores.
  const { page: tab, close } = await page(chromium, served.address);
  await signIn(tab);
  await tab.goto("/manage/add");
  await tab.evaluate(async () => {
    const csrf = document.querySelector("[name=csrf]").value;
    const set = async (question, score) => {
      const answer = await fetch(`/listing?${question}&items=1`, { headers: { accept: "application/json" } });
      const { id } = (await answer.json()).movies[0];
      const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf };
      await fetch("/manage/update", { method: "POST", headers, body: JSON.stringify({ id, imdb_score: score }) });
    };
    await set("name=the+godfather&year=1972", 9.2);
    await set("year=1990..1994", 8.5);
    await set("year=1995..1999", 7.5);
  });
  await close();
});

after(async () => {
  await chromium.close();
  await served.stop();
});

const views = [
  { name: "English, 1440", lang: "en", viewport: { width: 1440, height: 900 } },
  { name: "English, 390", lang: "en", viewport: { width: 390, height: 844 } },
  { name: "Arabic, 390", lang: "ar", viewport: { width: 390, height: 844 } },
  { name: "Arabic, 1440", lang: "ar", viewport: { width: 1440, height: 900 } },
];

/** A page in a language; `complaints` without the ones about statuses that are meant. */
async function open(view, { signedIn = true, ...options } = {}) {
  const opened = await page(chromium, served.address, { viewport: view.viewport, ...options });
  if (signedIn) await signIn(opened.page);
  await opened.page.goto(`/?lang=${view.lang}`);
  const complaints = () => opened.complaints.filter((text) => !/status of 4\d\d/.test(text));
  return { ...opened, complaints };
}

/** Waits for a text at the edge of the window, which a pointer would hit. */
async function toast(tab) {
  await tab.locator(".toast:not([hidden])").filter({ hasText: /\S/ }).waitFor();
  return tab.evaluate(() => {
    const shown = document.querySelector(".toast");
    const { left, top, width, height } = shown.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit === shown ? shown.textContent : `covered by ${hit?.outerHTML.slice(0, 80)}`;
  });
}

/** Waits until a pointer would hit an element, which may be scrolled to. */
const isInSight = async (locator) =>
  locator.page().waitForFunction((element) => {
    const { top, bottom, left, width } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
    return bottom > 0 && top < innerHeight && (element.contains(hit) || hit?.contains(element));
  }, await locator.elementHandle(), { timeout: 5000 });

let fresh = 100;
/** A movie that no test has touched. */
const movie = () => `/movie/${(fresh += 1)}`;

for (const view of views) {
  test(`years and scores are understood as people write them (${view.name})`, async () => {
    const { page: tab, complaints, close } = await open(view, { signedIn: false });
    for (const [year, score, address] of [
      ["1990-1999", "8+", "year=1990..1999&score=8.."],
      ["90s", "7,5+", "year=1990..1999&score=7.5.."],
      ["١٩٩٠–١٩٩٩", "٧-٨", "year=1990..1999&score=7..8"],
      ["<1980", ">8", "year=..1979&score=8.0001.."],
    ]) {
      await tab.goto("/listing");
      await tab.locator("form.search summary").click();
      await tab.locator("#year").click();
      await tab.keyboard.type(year);
      await tab.locator("#score").click();
      await tab.keyboard.type(score);
      await Promise.all([tab.waitForURL(/year=/), tab.keyboard.press("Enter")]);
      assert.ok((await tab.locator(".cards li").count()) > 0, `${year} ${score}`);
      // Links of the page have the one form of addresses.
      const link = await tab.locator("nav.shapes a").first().getAttribute("href");
      assert.ok(link.includes(address), `${year} ${score}: ${link}`);
    }
    assert.deepEqual(complaints(), []);
    await close();
  });

  test(`what cannot be read keeps every field and the result (${view.name})`, async () => {
    const { page: tab, complaints, close } = await open(view, { signedIn: false });
    await tab.goto("/listing?genre=Drama&q=the");
    await tab.locator("form.search summary").click();
    for (const [field, text] of [["#name", "the"], ["#director", "coppola"], ["#year", "long ago"], ["#score", "8+"]]) {
      await tab.locator(field).click();
      await tab.keyboard.type(text);
    }
    await tab.keyboard.press("Escape");
    const [answer] = await Promise.all([tab.waitForNavigation(), tab.locator("form.search button[type=submit]").click()]);
    assert.equal(answer.status(), 400);
    const values = await tab.evaluate(() => ["name", "director", "year", "score"].map((id) => document.getElementById(id).value));
    assert.deepEqual(values, ["the", "coppola", "long ago", "8+"]);
    assert.deepEqual(await tab.locator("[aria-invalid]").evaluateAll((fields) => fields.map((field) => field.id)), ["year"]);
    await isInSight(tab.locator("#year-error"));
    await isInSight(tab.locator("#year"));
    const said = await tab.locator("main").innerText();
    assert.doesNotMatch(said, /\byear:|catalogue is empty|1970\.\./);
    assert.ok((await tab.locator(".cards li").count()) > 0, "the result stays");
    assert.equal(await tab.locator("#bar-q").inputValue(), "the");
    // Corrected, the message goes; sent, the result is narrower.
    await tab.locator("#year").fill("1970s");
    assert.equal(await tab.locator("#year-error, [aria-invalid]").count(), 0);
    await Promise.all([tab.waitForURL(/year=1970s/), tab.keyboard.press("Enter")]);
    await tab.getByRole("link", { name: /The Godfather/ }).first().waitFor();
    assert.deepEqual(complaints(), []);
    await close();
  });

  test(`one of several genres is taken off alone, and counts are true (${view.name})`, async () => {
    const { page: tab, close } = await open(view, { signedIn: false });
    await tab.goto("/listing?genre=Action&genre=Adventure&genre=Sci-Fi&year=1970..");
    const facet = (genre) => tab.locator(`.facets a.chip[aria-current]`).nth(genre);
    assert.equal(await facet(0).count() && (await tab.locator(".facets [aria-labelledby=facet-genres] [aria-current]").count()), 3);
    // A genre that is off leads to as many movies as it says.
    const off = tab.locator(".facets [aria-labelledby=facet-genres] a.chip:not([aria-current])").first();
    const count = (await off.locator(".count").innerText()).trim();
    await off.click();
    await tab.waitForURL(/(genre=[^&]*&){3}genre=/);
    assert.ok((await tab.locator(".listing-head .total").innerText()).includes(count), count);
    await tab.goBack();
    for (const left of [2, 1, 0]) {
      await tab.locator(".facets [aria-labelledby=facet-genres] a.chip[aria-current]").first().click();
      await tab.waitForFunction((left) => new URL(location.href).searchParams.getAll("genre").length === left, left);
      assert.match(tab.url(), /year=1970/);
    }
    await close();
  });

  test(`a note, a star and a day come along with any button, in place and told (${view.name})`, async () => {
    const { page: tab, complaints, close } = await open(view);
    const address = movie();
    await tab.goto(address);
    const steps = await tab.evaluate(() => history.length);
    await tab.locator("#note").click();
    await tab.keyboard.type("so good\nagain");
    await tab.locator("label[for=rating-7]").click();
    await tab.locator("#switch-watchlist").click();
    assert.match(await toast(tab), /\S/);
    await tab.waitForFunction(() => document.querySelector("#switch-watchlist").value === "false");
    assert.equal(await tab.evaluate(() => history.length), steps, "no step of the history is added");
    assert.equal(tab.url(), served.address + address);
    await isInSight(tab.locator("#switch-watchlist"));
    await tab.reload();
    assert.equal(await tab.locator("#note").inputValue(), "so good\nagain");
    assert.ok(await tab.locator("#rating-7").isChecked());
    // A day that was typed comes along with the note.
    await tab.fill("#seen-date", "2020-02-29");
    await tab.locator("#note").click();
    await tab.keyboard.type("!");
    await tab.locator("#save-note").click();
    await tab.locator(".viewings li").first().waitFor();
    assert.equal(await tab.locator("#seen-date").inputValue(), "");
    // A star of another page is not overwritten by one that was not touched here.
    const other = await tab.context().newPage();
    await other.goto(address);
    await other.locator("label[for=rating-3]").click();
    await other.locator("#save-rating").click();
    await toast(other);
    await tab.locator("#switch-watchlist").click();
    await tab.waitForFunction(() => document.querySelector("#rating-3").checked);
    assert.deepEqual(complaints(), []);
    await close();
  });

  test(`what is wrong in the panel is said there, and nothing is lost (${view.name})`, async () => {
    const { page: tab, complaints, close } = await open(view);
    await tab.goto(movie());
    await tab.locator("#note").fill("kept");
    await tab.locator("label[for=rating-9]").click();
    await tab.fill("#seen-date", "2199-01-01");
    await tab.locator("#add-date").click();
    await tab.locator("#seen-date-error").waitFor();
    await isInSight(tab.locator("#seen-date-error"));
    assert.doesNotMatch(await tab.locator("#yours-problems").innerText(), /\bdate:/);
    assert.equal(await tab.locator("#note").inputValue(), "kept");
    assert.ok(await tab.locator("#rating-9").isChecked());
    await tab.fill("#seen-date", "2019-05-06");
    assert.equal(await tab.locator("#seen-date-error").count(), 0);
    await tab.locator("#add-date").click();
    await tab.locator(".viewings li").first().waitFor();
    await tab.reload();
    assert.equal(await tab.locator("#note").inputValue(), "kept");
    assert.ok(await tab.locator("#rating-9").isChecked());
    assert.deepEqual(complaints(), []);
    await close();
  });

  test(`Enter in a field with completion picks or adds, and never sends (${view.name})`, async () => {
    const { page: tab, complaints, close } = await open(view);
    await tab.goto("/manage/add");
    await tab.locator("#movie_name").click();
    await tab.keyboard.type(`Half made ${view.name}`);
    await tab.locator("#director").click();
    await tab.keyboard.type("Akira Kuros");
    await tab.locator("#director + [role=listbox] [role=option]").first().waitFor();
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("Enter");
    assert.equal(await tab.locator("#director").inputValue(), "Akira Kurosawa, ");
    await tab.keyboard.type("Stanley Kub");
    // Faster than the list.
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.querySelector("#director").value === "Akira Kurosawa, Stanley Kubrick, ");
    await tab.keyboard.type("Nobody Known");
    await tab.keyboard.press("Enter");
    // Enter waits for the list, which might complete the name.
    await tab.waitForFunction(() => document.querySelector("#director").value === "Akira Kurosawa, Stanley Kubrick, Nobody Known, ");
    await tab.keyboard.press("Enter");
    await tab.locator("#add-genre").click();
    await tab.keyboard.type("Drama,Som");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.querySelector("#chip_genres").value === "Drama, Som");
    assert.match(tab.url(), /\/manage\/add$/);
    await tab.locator(".movie-form .ways button").click();
    await tab.locator("main .banner.done").waitFor();
    // The way to the movie that was just added; the address does not tell it again.
    assert.doesNotMatch(tab.url(), /notice|of=/);
    await tab.locator("main .banner.done a").click();
    await tab.waitForURL(/\/movie\/\d+/);
    const directors = ["Akira Kurosawa", "Stanley Kubrick", "Nobody Known"].join(view.lang === "ar" ? "، " : ", ");
    assert.ok((await tab.locator(".movie-people").textContent()).includes(directors), directors);
    assert.deepEqual(complaints(), []);
    await close();
  });

  test(`the keys of an input method are its own (${view.name})`, async () => {
    const { page: tab, close } = await open(view);
    await tab.goto("/manage/add");
    const session = await tab.context().newCDPSession(tab);
    for (const [field, kept] of [["#add-genre", () => tab.locator("#chip_genres").inputValue()], ["#director", () => ""]]) {
      await tab.locator(field).click();
      await session.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
      for (const key of ["Enter", ",", "ArrowDown"]) {
        await tab.locator(field).evaluate((input, key) => {
          input.dispatchEvent(new KeyboardEvent("keydown", { key, isComposing: true, keyCode: 229, bubbles: true, cancelable: true }));
        }, key);
      }
      assert.equal(await tab.locator(field).inputValue(), "にほ", "the composition goes on");
      assert.equal(await kept(), "", "nothing half composed is taken");
      await session.send("Input.insertText", { text: "日本" });
      assert.equal(await tab.locator(field).inputValue(), "日本");
    }
    await tab.locator("#add-genre").press("Enter");
    await tab.waitForFunction(() => document.querySelector("#chip_genres").value === "日本");
    tab.on("dialog", (dialog) => dialog.accept());
    await close();
  });
}


/** A picture that the browser itself has made. */
async function picture(tab) {
  const data = await tab.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [20, 30];
    canvas.getContext("2d").fillRect(0, 0, 20, 30);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return { name: "poster.png", mimeType: "image/png", buffer: Buffer.from(data, "base64") };
}

for (const javaScriptEnabled of [true, false]) {
  test(`a poster goes with the fields of its movie (scripts: ${javaScriptEnabled})`, async () => {
    const { page: tab, close } = await open(views[1], { javaScriptEnabled });
    const drawn = await page(chromium, served.address);
    const file = await picture(drawn.page);
    await drawn.close();
    const id = (fresh += 1);
    await tab.goto(`/manage/update?id=${id}&next=/movie/${id}`);
    await tab.fill("#overview", "Typed before the picture was chosen.");
    await tab.setInputFiles("#poster", file);
    await tab.fill("#year", "never");
    await tab.locator(".movie-form .ways button").click();
    await tab.locator("#year-error").waitFor();
    assert.equal(await tab.inputValue("#overview"), "Typed before the picture was chosen.");
    await tab.locator("#poster-error").waitFor();
    // The box at the top names it beside the field that was wrong.
    assert.equal(await tab.locator(".banner.wrong li").count(), 2);
    assert.match(await tab.locator(".banner.wrong li", { has: tab.locator("a[href='#poster']") }).innerText(), /Choose the image again/);
    await tab.setInputFiles("#poster", file);
    if (javaScriptEnabled) assert.equal(await tab.locator(".banner.wrong a[href='#poster']").count(), 0);
    await tab.fill("#year", "1999");
    await Promise.all([tab.waitForURL(/\/movie\/\d+/), tab.locator(".movie-form .ways button").click()]);
    await tab.locator(".movie-art img.poster").waitFor();
    assert.match(await tab.locator(".overview").innerText(), /Typed before/);
    // Removing it asks for a tick, and for saving.
    await tab.goto(`/manage/update?id=${id}&next=/movie/${id}`);
    await tab.fill("#runtime", "111");
    await tab.locator("label[for=remove-poster]").click();
    await Promise.all([tab.waitForURL(/\/movie\/\d+/), tab.locator(".movie-form .ways button").click()]);
    await tab.locator(".movie-art svg.poster").waitFor();
    await tab.getByText("111").first().waitFor();
    await close();
  });
}

test("leaving what was typed asks; what was saved or left alone does not", async () => {
  const { page: tab, close } = await open(views[0]);
  const asked = [];
  let answer = "dismiss";
  tab.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog[answer]();
  });
  const leave = async () => {
    const outcome = Promise.race([tab.waitForEvent("dialog"), tab.waitForURL((url) => url.pathname === "/")]);
    await tab.locator("a.brand").click({ noWaitAfter: true });
    await outcome;
  };
  const address = movie();
  for (const [path, field] of [[address, "#note"], [`/manage/update?id=${fresh}`, "#overview"], ["/lists", "#name"]]) {
    answer = "accept";
    await tab.goto(path);
    asked.splice(0);
    await leave();
    assert.equal(new URL(tab.url()).pathname, "/", path);
    assert.deepEqual(asked.splice(0), [], path);
    await tab.goto(path);
    await tab.locator(field).click();
    await tab.keyboard.type("typed");
    answer = "dismiss";
    await leave();
    assert.deepEqual(asked.splice(0), ["beforeunload"], path);
    assert.equal(await tab.locator(field).inputValue(), "typed", path);
  }
  answer = "accept";
  await tab.goto(address);
  asked.splice(0);
  await tab.locator("#note").click();
  await tab.keyboard.type("typed");
  await tab.locator("#save-note").click();
  await toast(tab);
  await leave();
  assert.deepEqual(asked, [], "what is kept can be left");
  await close();
});

test("the languages of a refused form lead to its page, and a welcome is told where one goes", async () => {
  const { page: tab, close } = await open(views[0], { signedIn: false, javaScriptEnabled: false });
  const address = movie();
  await tab.goto(address);
  await tab.locator("#yours").getByRole("link", { name: "Sign in" }).click();
  await tab.locator("main").getByRole("link", { name: "Create an account" }).click();
  await tab.fill("#username", "ines");
  await tab.fill("#password", "short");
  await tab.locator("main button[type=submit]").click();
  await tab.locator("#password-error").waitFor();
  await tab.getByRole("link", { name: "Deutsch" }).click();
  await tab.locator("#username").waitFor();
  await tab.locator(".languages").getByRole("link", { name: "English" }).click();
  await tab.fill("#username", "ines");
  await tab.fill("#password", "correct horse battery staple");
  await tab.locator("main button[type=submit]").click();
  await tab.getByText("Welcome! Your account is ready.").waitFor();
  assert.equal(new URL(tab.url()).pathname, address);
  await tab.fill("#seen-date", "2199-01-01");
  await tab.fill("#note", "typed");
  await tab.locator("#add-date").click();
  await tab.locator("#seen-date-error").waitFor();
  assert.equal(await tab.locator("#note").inputValue(), "typed");
  const answers = [];
  tab.on("response", (response) => answers.push(response.status()));
  await tab.getByRole("link", { name: "Deutsch" }).click();
  await tab.locator("#yours").waitFor();
  assert.equal(new URL(tab.url()).pathname, address);
  assert.ok(!answers.includes(405), String(answers));
  await close();
});
