// Pictures of the pages, to look at: node tests/browser/screenshots.mjs FOLDER. The README's picture is one of them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, page, signIn, site } from "./site.mjs";

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });
const pages = { home: "/", listing: "/listing?view=grid", table: "/listing?view=table", search: "/listing?q=kubrik&view=grid", narrowed: "/listing?genre=Drama&year=1970..1979", dropped: "/listing?q=godfather+zzzzqqq", empty: "/listing?name=zzzz&year=1970..1979", movie: "/movie/60", admin: "/admin", edit: "/manage/update?id=60", error: "/nowhere" };
const served = await site();
const chromium = await browser();
for (const lang of ["en", "ar"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 390, 1440]) {
      const { page: tab, close } = await page(chromium, served.address, { colorScheme, viewport: { width, height: 860 } });
      await signIn(tab);
      for (const [name, path] of Object.entries(pages)) {
        await tab.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
        await tab.screenshot({ path: join(folder, `${name}-${lang}-${colorScheme}-${width}.png`) });
      }
      await tab.goto(`/listing?lang=${lang}`);
      await tab.locator("#bar-q").pressSequentially("star");
      await tab.locator("#bar-q + [role=listbox] [role=option]").first().waitFor();
      await tab.keyboard.press("ArrowDown");
      await tab.screenshot({ path: join(folder, `suggestions-${lang}-${colorScheme}-${width}.png`) });
      await close();
    }
  }
}
await chromium.close();
await served.stop();
