// Pictures of the pages, to look at: node tests/browser/screenshots.mjs FOLDER. The README's picture is one of them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, page, signIn, site } from "./site.mjs";

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });
const pages = { home: "/", listing: "/listing", search: "/listing?q=kubrik", empty: "/listing?name=zzzz", movie: "/movie/60", admin: "/admin", edit: "/manage/update?id=60", error: "/nowhere" };
const served = await site();
const chromium = await browser();
for (const lang of ["en", "ar"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [390, 1280]) {
      const { page: tab, close } = await page(chromium, served.address, { colorScheme, viewport: { width, height: 860 } });
      await signIn(tab);
      for (const [name, path] of Object.entries(pages)) {
        await tab.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
        await tab.screenshot({ path: join(folder, `${name}-${lang}-${colorScheme}-${width}.png`) });
      }
      await close();
    }
  }
}
await chromium.close();
await served.stop();
