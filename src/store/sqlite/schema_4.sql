-- Schema 4: movies are filed by their title alone, so that an unknown director can match a known one; the hashes are
-- made anew by the program, which then makes the index. Two viewings of one day are two. Of a rating or an entry of the
-- watchlist that came from elsewhere it may be unknown when it was made.

drop index movies_by_identity;

drop index viewings_by_account;
create index viewings_by_account on viewings (account_id, movie_id, seen_on);

create table ratings_4 (
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    rating integer not null check (rating between 1 and 10),
    rated_at integer,
    primary key (account_id, movie_id)
) without rowid;
insert into ratings_4 select account_id, movie_id, rating, rated_at from ratings;
drop table ratings;
alter table ratings_4 rename to ratings;
create index ratings_by_movie on ratings (movie_id, rating);

create table watchlist_4 (
    account_id integer not null references accounts (id) on delete cascade,
    movie_id integer not null references movies (id) on delete cascade,
    added_at integer,
    primary key (account_id, movie_id)
) without rowid;
insert into watchlist_4 select account_id, movie_id, added_at from watchlist;
drop table watchlist;
alter table watchlist_4 rename to watchlist;
create index watchlist_by_movie on watchlist (movie_id);
