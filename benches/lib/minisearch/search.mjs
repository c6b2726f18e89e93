// MiniSearch, forgiving as its documentation recommends, on a dump of JSON lines: for each case the numbers of the ten
// best lines. Usage: node search.mjs DUMP CASES
import { readFileSync } from 'node:fs';
import MiniSearch from 'minisearch';

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const [dump, cases] = process.argv.slice(2);

const bare = (term) => term.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const search = new MiniSearch({
  fields: ['title', 'original_title', 'directors', 'genres'],
  storeFields: ['popularity'],
  processTerm: bare,
  searchOptions: {
    prefix: true,
    fuzzy: 0.2,
    combineWith: 'AND',
    boost: { title: 2 },
    boostDocument: (_id, _term, stored) => 1 + Math.log10(1 + (stored.popularity ?? 0)) / 10,
  },
});
search.addAll(
  lines(dump).map((movie, id) => ({
    id,
    title: movie.title,
    original_title: movie.original_title ?? '',
    directors: (movie.directors ?? []).join(', '),
    genres: (movie.genres ?? []).join(', '),
    popularity: movie.votes ?? movie.popularity ?? 0,
  })),
);
for (const { typed } of lines(cases)) {
  console.log(JSON.stringify(search.search(typed).slice(0, 10).map((found) => found.id)));
}
