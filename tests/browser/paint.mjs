// When the largest thing of a page is painted, on a processor made four times slower: node tests/browser/paint.mjs [PATH]…
// Prints the median of nine first visits each. It tells, and fails nothing: times depend on the machine.
import { browser, page, site } from "./site.mjs";

const paths = process.argv.length > 2 ? process.argv.slice(2) : ["/", "/listing", "/movie/60"];
const served = await site("--public");
const chromium = await browser();
for (const path of paths) {
  const times = [];
  for (let visit = 0; visit < 9; visit += 1) {
    const { page: tab, close } = await page(chromium, served.address, { viewport: { width: 390, height: 844 } });
    const devtools = await tab.context().newCDPSession(tab);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await tab.goto(path, { waitUntil: "networkidle" });
    times.push(await tab.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
    })));
    await close();
  }
  times.sort((a, b) => a - b);
  console.log(`${path}: largest paint after ${Math.round(times[4])} ms (median of 9, ${Math.round(times[0])} to ${Math.round(times[8])})`);
}
await chromium.close();
await served.stop();
