// Fixtures: a server with the sample catalogue and an admin, and a browser that reports whatever it complains about.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const binary = process.env.FMDB_BIN ?? new URL("../../target/debug/fmdb", import.meta.url).pathname;
export const password = "correct horse battery staple";

/** Starts a site; `stop` ends it, `fmdb` runs a command on its database and gives what it prints. */
export async function site(...options) {
  const folder = mkdtempSync(join(tmpdir(), "fmdb-"));
  const db = join(folder, "a.db");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FMDB_") && name !== "PORT"));
  execFileSync(binary, ["--db", db, "user", "add", "anna", "--admin", "--password-stdin"], { input: `${password}\n`, env });
  const child = spawn(binary, ["--db", db, "serve", "--port", "0", "--sample", "--log", "warn", ...options], { env });
  const address = await new Promise((resolve, reject) => {
    let told = "";
    child.stdout.on("data", (bytes) => {
      told += bytes;
      const line = told.match(/listening on (\S+)/);
      if (line) resolve(line[1]);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const stop = async () => {
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  };
  const fmdb = (...words) => execFileSync(binary, ["--db", db, ...words], { env, encoding: "utf8" });
  return { address, stop, fmdb };
}

/** Debian's Chromium, kept from asking for anything outside. Playwright's own flags keep it from going back to a page as it
 *  was left, which `canGoBack` allows. */
export function browser({ canGoBack = false } = {}) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: [...args, "--disable-component-update", "--disable-sync"], ignoreDefaultArgs: canGoBack ? ["--disable-back-forward-cache"] : [] });
}

/** A page; `complaints` collects errors of the console, and requests that leave the site. */
export async function page(launched, address, options = {}) {
  const context = await launched.newContext({ baseURL: address, viewport: { width: 1280, height: 900 }, ...options });
  const opened = await context.newPage();
  const complaints = [];
  opened.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  opened.on("pageerror", (error) => complaints.push(String(error)));
  opened.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("data:")) complaints.push(`left the site: ${url}`);
  });
  return { page: opened, complaints, close: () => context.close() };
}

export async function signIn(opened) {
  await opened.goto("/signin");
  await opened.fill("[name=username]", "anna");
  await opened.fill("[name=password]", password);
  await Promise.all([opened.waitForURL((url) => url.pathname !== "/signin"), opened.click("main button[type=submit]")]);
}
