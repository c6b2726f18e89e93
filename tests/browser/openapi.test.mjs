// The description of the API is valid OpenAPI 3.1, and what the API really answers is what it says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { site } from "./site.mjs";

let served, token, document, ajv;

before(async () => {
  served = await site("--public");
  token = served.fmdb("token", "add", "anna").trim();
  document = await (await fetch(`${served.address}/api/openapi.json`)).json();
  ajv = new Ajv({ strict: false, allErrors: true });
  formats(ajv);
  ajv.addSchema(document, "api");
});

after(() => served.stop());

const pointer = (...keys) => keys.map((key) => `/${encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");

/** Asks, and checks status and body of the answer against the description. */
async function call(method, path, { where = {}, query = "", body, accept = "application/json", bare = false } = {}) {
  const address = path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(where[name]));
  const headers = { accept, ...(bare ? {} : { authorization: `Bearer ${token}` }) };
  if (body) headers["content-type"] = "application/json";
  const reply = await fetch(served.address + address + query, {
    method: method.toUpperCase(), headers, body: body && JSON.stringify(body), redirect: "manual",
  });
  const told = `${method} ${address}${query}: ${reply.status}`;
  const text = await reply.text();
  let responses = pointer("paths", path, method, "responses", String(reply.status));
  let described = document.paths[path]?.[method]?.responses[reply.status];
  assert.ok(described, `${told} is not described: ${text.slice(0, 300)}`);
  if (described.$ref) {
    responses = described.$ref.slice(1);
    described = responses.split("/").slice(1).reduce((at, key) => at[key], document);
  }
  const kind = (reply.headers.get("content-type") ?? "").split(";")[0];
  if (!described.content) return { status: reply.status, reply };
  assert.ok(described.content[kind], `${told}: ${kind} is not described`);
  if (!/^application\/(.*\+)?json$/.test(kind)) return { status: reply.status, reply };
  const json = JSON.parse(text);
  const validate = ajv.getSchema(`api#${responses}${pointer("content", kind, "schema")}`);
  assert.ok(validate, `${told}: no schema at ${responses}`);
  assert.ok(validate(json), `${told}: ${JSON.stringify(validate.errors, null, 1)}\n${text.slice(0, 2000)}`);
  return { status: reply.status, json };
}

test("the description is valid", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  // Each schema compiles; `oneOf` alternatives that both fit would show in the answers below.
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(ajv.getSchema(`api#/components/schemas/${name}`), name);
  }
});

test("what is read is as described", async () => {
  const { json: listing } = await call("get", "/listing", { query: "?items=200" });
  assert.ok(listing.movies.length > 100);
  await call("get", "/");
  await call("get", "/", { bare: true });
  for (const query of ["?q=godfahter", "?q=zzzz+godfather", "?genre=Drama&year=1970..1979&score=8..", "?facets=director", "?p=999", "?p=x", "?items=0"]) {
    await call("get", "/listing", { query });
  }
  for (const query of ["?q=the", "?q=kub&field=director", "?q=dra&field=genre", "?q=", "?q=star&format=opensearch", "?limit=0", "?field=x"]) {
    await call("get", "/suggest", { query });
  }
  const [first] = listing.movies;
  await call("get", "/movie/{id}", { where: { id: first.id } });
  await call("get", "/movie/{id}", { where: { id: first.id }, bare: true });
  await call("get", "/movie/{id}", { where: { id: 999999 } });
  await call("get", "/person/{name}", { where: { name: first.directors[0] } });
  await call("get", "/person/{name}", { where: { name: "Nobody At All" } });
  await call("get", "/genre/{name}", { where: { name: "Drama" } });
  await call("get", "/decade/{year}", { where: { year: 1970 } });
  for (const path of ["/browse", "/stats", "/lists", "/admin", "/mine", "/mine/ratings", "/mine/watchlist", "/mine/seen", "/mine/notes", "/account", "/healthz", "/readyz", "/random"]) {
    await call("get", path);
  }
  await call("get", "/mine", { bare: true });
});

test("what is written is answered as described", async () => {
  const body = { movie_name: "A new movie", director: ["Ann", "Bob"], chip_genres: ["Drama"], imdb_score: 7.5, year: 1999 };
  const { status, json: added } = await call("post", "/manage/add", { body });
  assert.equal(status, 201);
  const id = added.id;
  assert.equal((await call("post", "/manage/add", { body })).status, 409);
  assert.equal((await call("post", "/manage/add", { body: { movie_name: "" } })).status, 422);
  assert.equal((await call("post", "/manage/add", { body, bare: true })).status, 401);
  assert.equal((await call("post", "/manage/update", { body: { id, imdb_score: 11 } })).status, 422);
  assert.equal((await call("post", "/manage/update", { body: { id, imdb_score: "8.1" } })).status, 200);
  await call("post", "/mine/rating/{id}", { where: { id }, body: { rating: 8 } });
  await call("post", "/mine/watchlist/{id}", { where: { id }, body: { watchlist: true } });
  await call("post", "/mine/seen/{id}", { where: { id }, body: { date: "2026-01-31" } });
  await call("post", "/mine/note/{id}", { where: { id }, body: { note: "Good." } });
  const { json: list } = await call("post", "/lists", { body: { name: "Favorites" } });
  await call("post", "/list/{id}/movies", { where: { id: list.id }, body: { movie: id } });
  await call("get", "/list/{id}", { where: { id: list.id } });
  await call("get", "/lists");
  await call("get", "/movie/{id}", { where: { id } });
  for (const path of ["/mine", "/mine/ratings", "/mine/watchlist", "/mine/seen", "/mine/notes"]) await call("get", path);
  await call("post", "/list/{id}/delete", { where: { id: list.id }, body: {} });
  assert.equal((await call("delete", "/manage/delete/{id}", { where: { id } })).status, 200);
  assert.equal((await call("delete", "/manage/delete/{id}", { where: { id } })).status, 404);
});
