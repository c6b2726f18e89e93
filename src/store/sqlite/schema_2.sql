-- Schema 2: a movie is one row. Its lists are texts joined with U+001F, which no name holds, in their order; an empty
-- text is an empty list. What asks about people and genres is the search index, so that they need no tables here, and
-- a movie is written and read by one statement. The counter row also numbers the movies: ids are never used again.

alter table revision add column last_id integer not null default 0;
update revision set last_id = coalesce((select seq from sqlite_sequence where name = 'movies'), 0);

create table movies_2 (
    id integer primary key,
    rev integer not null,
    created_rev integer not null,
    added_at integer not null,
    updated_at integer not null,
    -- A hash of the folded title and first director: an index over it stays small at millions of movies.
    identity integer not null,
    title text not null,
    original_title text,
    alternate_titles text not null,
    directors text not null,
    cast_names text not null,
    genres text not null,
    year integer,
    score real,
    votes integer,
    popularity real,
    runtime integer,
    imdb_id text,
    tmdb_id integer,
    -- The longest comes last: what is before it is read without it.
    overview text
);

insert into movies_2
select
    id, rev, created_rev, added_at, updated_at, identity, title, original_title,
    coalesce((select group_concat(movie_titles.title, char(31) order by position)
        from movie_titles where movie_id = movies.id), ''),
    coalesce((select group_concat(name, char(31) order by position)
        from movie_directors join people on people.id = person_id where movie_id = movies.id), ''),
    coalesce((select group_concat(name, char(31) order by position)
        from movie_cast join people on people.id = person_id where movie_id = movies.id), ''),
    coalesce((select group_concat(name, char(31) order by position)
        from movie_genres join genres on genres.id = genre_id where movie_id = movies.id), ''),
    year, score, votes, popularity, runtime, imdb_id, tmdb_id, overview
from movies order by id;

drop table movie_titles;
drop table movie_directors;
drop table movie_cast;
drop table movie_genres;
drop table people;
drop table genres;
drop table movies;
alter table movies_2 rename to movies;

create index movies_by_rev on movies (rev);
create index movies_by_identity on movies (identity);
create unique index movies_by_imdb_id on movies (imdb_id) where imdb_id is not null;
create unique index movies_by_tmdb_id on movies (tmdb_id) where tmdb_id is not null;
