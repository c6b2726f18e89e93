-- Schema 3: pictures of movies, and what people keep for themselves. All of it goes with its movie and its account.

-- The name of a movie's picture, which is a hash of it; null where it has none. Part of the movie: a new picture is a
-- change like any other and takes a rev.
alter table movies add column poster text;
-- For the question whether any movie still has a picture.
create index movies_by_poster on movies (poster) where poster is not null;

create table posters (
    hash text not null primary key,
    -- As it is served: one format, one size, without what the file said besides the picture.
    picture blob not null
);

create table ratings (
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    rating integer not null check (rating between 1 and 10),
    rated_at integer not null,
    primary key (account_id, movie_id)
) without rowid;
create index ratings_by_movie on ratings (movie_id, rating);

create table watchlist (
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    added_at integer not null,
    primary key (account_id, movie_id)
) without rowid;
create index watchlist_by_movie on watchlist (movie_id);

-- Each time that somebody saw a movie.
create table viewings (
    id integer primary key autoincrement,
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    -- Days since 1970; null where it is not known when.
    seen_on integer
);
create unique index viewings_by_account on viewings (account_id, movie_id, seen_on);
create index viewings_by_movie on viewings (movie_id);

create table notes (
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    text text not null,
    updated_at integer not null,
    primary key (account_id, movie_id)
) without rowid;
create index notes_by_movie on notes (movie_id);

create table lists (
    id integer primary key autoincrement,
    account_id integer not null references accounts (id) on delete cascade,
    name text not null,
    description text not null,
    is_public integer not null check (is_public in (0, 1)),
    created_at integer not null,
    updated_at integer not null
);
create index lists_by_account on lists (account_id);

create table list_movies (
    list_id integer not null references lists (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    position integer not null,
    added_at integer not null,
    primary key (list_id, movie_id)
) without rowid;
create index list_movies_by_movie on list_movies (movie_id);
