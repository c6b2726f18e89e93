-- Schema 1. Times are seconds since 1970. Lists keep their order in `position`.

create table meta (
    key text not null primary key,
    value text not null
);

-- The one row that numbers the changes of movies. Each transaction that changes any takes the next number last.
create table revision (
    id integer not null primary key check (id = 1),
    rev integer not null
);
insert into revision (id, rev) values (1, 0);

create table movies (
    id integer primary key autoincrement,
    rev integer not null,
    created_rev integer not null,
    added_at integer not null,
    updated_at integer not null,
    -- A hash of the folded title and first director: an index over it stays small at millions of movies.
    identity integer not null,
    title text not null,
    original_title text,
    year integer,
    score real,
    votes integer,
    popularity real,
    runtime integer,
    overview text,
    imdb_id text,
    tmdb_id integer
);
create index movies_by_rev on movies (rev);
create index movies_by_identity on movies (identity);
create unique index movies_by_imdb_id on movies (imdb_id) where imdb_id is not null;
create unique index movies_by_tmdb_id on movies (tmdb_id) where tmdb_id is not null;

create table people (
    id integer primary key,
    name text not null unique
);

create table genres (
    id integer primary key,
    name text not null unique
);

create table movie_titles (
    movie_id integer not null references movies (id) on delete cascade,
    position integer not null,
    title text not null,
    primary key (movie_id, position)
) without rowid;

create table movie_directors (
    movie_id integer not null references movies (id) on delete cascade,
    position integer not null,
    person_id integer not null references people (id),
    primary key (movie_id, position)
) without rowid;

create table movie_cast (
    movie_id integer not null references movies (id) on delete cascade,
    position integer not null,
    person_id integer not null references people (id),
    primary key (movie_id, position)
) without rowid;

create table movie_genres (
    movie_id integer not null references movies (id) on delete cascade,
    position integer not null,
    genre_id integer not null references genres (id),
    primary key (movie_id, position)
) without rowid;

-- What followers must forget. Ids are never used again.
create table deletions (
    movie_id integer not null primary key,
    rev integer not null
);
create index deletions_by_rev on deletions (rev);

create table accounts (
    id integer primary key autoincrement,
    name text not null,
    name_key text not null unique,
    password_hash text not null,
    role text not null check (role in ('user', 'admin')),
    created_at integer not null
);

create table sessions (
    token_hash blob not null primary key,
    account_id integer not null references accounts (id) on delete cascade,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null
) without rowid;
create index sessions_by_account on sessions (account_id);

create table api_tokens (
    id integer primary key autoincrement,
    account_id integer not null references accounts (id) on delete cascade,
    label text not null,
    token_hash blob not null unique,
    created_at integer not null,
    used_at integer
);
create index api_tokens_by_account on api_tokens (account_id);

create table setup_tokens (
    token_hash blob not null primary key,
    created_at integer not null
) without rowid;
