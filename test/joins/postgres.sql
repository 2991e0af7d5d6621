create table a (id int, x int, y int, z text);
create table b (id int, x int, y int, w text);
create table edges (src int not null, dst int not null);
create table keyed (id int primary key, part int not null, name text not null, w text, unique (part, name));
create table facts (k int, part int, name text, v int, n numeric(10, 2));
insert into a values (1, 1, 1, 'p'), (2, 1, 2, 'q'), (3, 2, null, 'r'), (4, null, 3, 's'), (5, 4, 4, null);
insert into b values (1, 1, 1, 'u'), (2, 1, 3, 'v'), (3, null, 2, 'w'), (4, 4, 5, null), (7, 2, 1, 'x');
insert into edges values (1, 2), (2, 3), (3, 4), (4, 2), (5, 6), (6, 7), (1, 5), (7, 7);
insert into keyed select g, g % 7, 'name of a row ' || g / 7, case when g % 5 > 0 then 'a text that is kept ' || g end from generate_series(1, 500) g;
insert into facts select case when g % 11 > 0 then g % 900 end, g % 9, 'name of a row ' || g % 80, case when g % 13 > 0 then g % 50 - 25 end, g / 8.0 from generate_series(1, 4000) g

select * from a natural join b

select * from a natural left join b

select * from a natural full join b

select * from a join b using (x)

select * from a right join b using (x, y)

select x, a.x, b.x, y from a full join b using (x)

select a.id, b.id from a full join b on a.x = b.x and a.y < b.y

select a.id, b.id from a full join b on a.x = b.x and a.y > 1 and b.y > 1

select a.id, b.id from a left join b on a.y < b.y

select a.id, b.id from a right join b on a.y <= b.y and a.x = 1

select a.id, b.id from a join b on b.y between a.x and a.y

select a.id, b.id from a join b on a.y > b.x and a.y < b.y

select a.id from a where exists (select 1 from b where b.y > a.y)

select a.id from a where not exists (select 1 from b where b.y >= a.y and b.w <> 'u')

select a.id, (select count(*) from b where b.y > a.y) from a

select a.id, exists (select 1 from b where b.y > a.y and b.x = 1) from a

select id from a where (x, y) not in (select x, y from b)

select id from a where (x, y) not in (select x, y from b where x is not null)

select id, (x, y) in (select x, y from b) from a

select id, (x, y) in (select x, y from b where b.id > a.id) from a

select id, (x, y) not in (select x, y from b where b.w is null) from a

select a.id, l.m from a, lateral (select max(b.y) as m from b where b.x = a.x) l

select a.id, l.y from a left join lateral (select b.y from b where b.x = a.x order by b.y desc limit 1) l on true

select a.id, l.id, l.y from a cross join lateral (select b.id, b.y from b where b.x >= a.x order by b.y, b.id limit 2) l

select a.id, l.id from a left join lateral (select b.id from b where b.x >= a.x order by b.id offset 1) l on true

with recursive t(n) as (select 1 union all select n + 1 from t where n < 20) select sum(n), count(*) from t

with recursive t(n) as (select 1 union all select n + 1 from t) select n from t limit 7

with recursive t(n) as (values (1) union select (n * 2) % 11 from t) select n from t

with recursive t(n, s) as (select 1, 'a' union all select n + 1, s || 'b' from t where n < 5) select * from t

with recursive r as (select src, dst from edges union select r.src, e.dst from r join edges e on r.dst = e.src) select * from r

with recursive r(node, depth) as (select 1, 0 union all select e.dst, r.depth + 1 from r, edges e where e.src = r.node and r.depth < 5) select node, min(depth), count(*) from r group by node

with recursive r(node) as (select 1 union select e.dst from r join edges e on e.src = r.node), s as (select count(*) as c from r) select * from r, s

with recursive t(n) as (select 1 union all (select n + 1 from t where n < 4)) select * from t order by n

with recursive t(n) as (select 1 union all select distinct n + 1 from t where n < 4) select * from t

with recursive t(n) as (select 1 union all select m from (select n + 1 as m from t where n < 6 order by n) s where m <> 4) select * from t

with recursive t(n) as (select 1 union all select 2 union all select n + 2 from t where n < 6) select * from t

with recursive t(n) as (select 1.5 union all select n + 1 from t where n < 5) select * from t

with recursive t(n, d) as (select 1, null::text union all select n + 1, z from t join a on a.id = t.n) select * from t

with recursive t as (select 1 as n), u as (select n + 1 as m from t) select * from u

with recursive u as (select n + 1 as m from t), t as (select 1 as n) select * from u

select a.id, (with recursive t(n) as (select a.id union all select n - 1 from t where n > 1) select sum(n) from t) from a

select a.id, l.n from a, lateral (with recursive t(n) as (select a.x union all select n + 1 from t where n < a.id) select n from t) l

with recursive t(n) as (select n + 1 from t) select * from t

with recursive t(n) as (select n from t union all select 1) select * from t

with recursive t(n) as (select 1 union all select a.n from t a, t b) select * from t

with recursive t(n) as (select 1 union all select n from t where n in (select n from t)) select * from t

with recursive t(n) as (select 1 union all select b.id from b left join t on t.n = b.id) select * from t

with recursive t(n) as (select 1 union all select 2 intersect select n from t) select * from t

with recursive t(n) as (select 1 union all select max(n) from t) select * from t

with recursive t(n) as (select 1 union all select n + 1 from t order by 1) select * from t

with recursive t(n) as (select 1 union all select n + 1 from t limit 4) select * from t

with recursive t(n) as (select 1 union all select n + 1.5 from t) select * from t

with recursive t(n) as (select 1 union all select n, n from t) select * from t

with recursive t as (select 1 as n union all select m from u), u as (select n as m from t) select * from t

with t as (select n from u), u as (select 1 as n) select * from t

with t as materialized (select x, count(*) as c from a group by x) select p.x, q.c from t p join t q on p.x = q.x

with t as not materialized (select x, count(*) as c from a group by x) select p.x, q.c from t p join t q on p.c = q.c

with t as materialized (select * from a where x = 1) select t.id, (select max(u.id) from t u where u.id < t.id) from t

select a.id, (with t as materialized (select b.y from b where b.x = a.x) select sum(t.y) from t) from a

with t as materialized (select id from a) select count(*) from t where id > (select avg(id) from t)

with t as materialized (select 1 / (x - x) as n from a) select 1

select sum(g), count(*) from generate_series(1, 100000) g

select * from generate_series(1, 10, 3)

select * from generate_series(10, 1, -4) with ordinality

select * from generate_series(3, 1)

select * from generate_series(1, null)

select * from generate_series(1, 2, 0)

select g from generate_series(1::bigint, 3) g

select g from generate_series(timestamp '2024-01-31', timestamp '2024-05-01', interval '1 month') g

select a.id, g from a, generate_series(a.x, a.y) g

select a.id, g, o from a left join lateral generate_series(a.x, a.y) with ordinality as s(g, o) on true

select count(*) from generate_series(1, 300) x, generate_series(1, 300) y where x < y

select x, y from generate_series(1, 60) x left join generate_series(1, 60) y on y between x * 10 and x * 10 + 2

select x from generate_series(1, 100) x where not exists (select 1 from generate_series(1, 80) y where y > x + 40)

with recursive t(n) as (select g from generate_series(1, 40) g union select (n * 7) % 41 from t) select count(*), sum(n) from t

select id, w, sum(v), count(*), count(v), min(n), max(facts.name) from keyed join facts on k = id group by id, w

select id, w, sum(v), count(v), avg(n) from keyed left join facts on k = id group by id, w

select id, s, c from keyed left join (select k, sum(v) s, count(*) c from facts group by k) f on k = id

select id, s from keyed join (select k, sum(v) s from facts where v > 20 group by k) f on k = id where w is not null

select keyed.part, keyed.name, sum(v), max(n) from keyed join facts on facts.part = keyed.part and facts.name = keyed.name where id < 300 group by keyed.part, keyed.name

select keyed.part, keyed.name, w, count(v), min(facts.n) from keyed left join facts on facts.part = keyed.part and facts.name = keyed.name group by keyed.part, keyed.name, w

select id, sum(v) filter (where n > 100), bool_or(v > 0) from keyed join facts on k = id where keyed.part < 3 group by id

select c, count(*) from (select id, count(v) c from keyed left join facts on k = id and n > 200 group by id) s group by c

select x.k, y.s from (select k, count(*) from facts group by k) x left join (select v, sum(n) s from facts group by v) y on x.k is not distinct from y.v

select id, sum(k / (v - v)) from keyed join facts on k = id + 100000 where keyed.part = 1 group by id

select id, count(*) from keyed join facts on k = id where id > 100000 group by id
