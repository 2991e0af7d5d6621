-- Every form of subquery that only reads, one a paragraph. None of them may be left as an Apply; see subqueries.test.ts.

select id, (select y from c where c.id = a.x) from a

select id, (select y from c where c.x = a.x) from a

select id, (select count(*) from b where b.x = a.x) from a

select id, (select sum(y) from b where b.x < a.x) from a

select id, (select min(y) from b where b.x = a.x or b.y = a.y) from a

select id, (select max(y) + a.id from b where b.x + a.y = 3) from a

select id, (select z from b where b.x = a.x order by b.id limit 1) from a

select id, (select z from b where b.x = a.x order by b.id limit 1 offset 1) from a

select id, (select string_agg(z, ',' order by id) from b where b.x = a.x) from a

select id, (select a.x + a.y) from a

select id from a where a.y > (select avg(y) from b where b.x = a.x)

select id, case when x = 1 then (select count(*) from b where b.x = a.x) else -1 end from a

select a.x, count(*) from a group by a.x having count(*) > (select count(*) from b where b.x = a.x)

select id from a order by (select count(*) from b where b.x = a.x), id

select a.id, b.id from a left join b on a.x = b.x and b.y = (select min(y) from c where c.x = b.x)

select a.id, b.id from a left join b on b.y = (select min(y) from c where c.x = a.x)

select id from a where exists (select from b where b.x = a.x)

select id from a where not exists (select from b where b.x = a.x and b.y > a.y)

select id, exists (select from b where b.x > a.x and b.y = a.y) from a

select id from a where exists (select from b where b.x = a.x) or a.y = 1

select id from a where exists (select from b where b.x = a.x offset 1)

select id from a where exists (select from b where b.x = a.x order by b.id limit 2 offset 1)

select id from a where exists (select b.x from b where b.x >= a.x group by b.x having count(*) > 1)

select id, x in (select x from b) from a

select id, x in (select x from b where b.y = a.y) from a

select id, x not in (select x from b where b.y = a.y) from a

select id from a where x in (select x from b where b.y = a.y)

select id from a where x not in (select x from b where b.y <> a.y)

select id from a where x in (select x from b where b.y >= a.y order by b.id limit 2)

select id, x in (select y from b where b.x >= a.x order by b.id limit 3 offset 1) from a

select id from a where x in (select b.x from b where b.y = a.y union select c.x from c where c.y = a.y)

select id, x = any (select x from b where b.y = a.y), x <> any (select x from b where b.y = a.y) from a

select id, x < any (select x from b where b.y = a.y), x <= any (select x from b where b.y = a.y) from a

select id, x > any (select x from b where b.y = a.y), x >= any (select x from b where b.y = a.y) from a

select id, x = all (select x from b where b.y = a.y), x <> all (select x from b where b.y = a.y) from a

select id, x < all (select x from b where b.y = a.y), x <= all (select x from b where b.y = a.y) from a

select id, x > all (select x from b where b.y = a.y), x >= all (select x from b where b.y = a.y) from a

select id from a where x > any (select x from b where b.y = a.y) and x <= all (select x from c where c.y = a.y)

select id from a where x >= all (select y from b where b.x = a.x order by b.id limit 2)

select id, array(select y from b where b.x = a.x order by id) from a

select id, array(select y from b where b.x >= a.x order by y desc nulls last, id limit 2) from a

select id, array(select y from b where b.x >= a.x order by y desc nulls last, id limit 2 offset 1) from a

select id, array(select v from (values (a.x), (a.y), (a.id)) t(v) order by v) from a

select a.id, l.id, l.y from a, lateral (select * from b where b.x = a.x order by b.id limit 2) l

select a.id, l.id, l.y from a, lateral (select * from b where b.x = a.x order by b.id desc offset 1) l

select a.id, l.id, l.y from a, lateral (select * from b where b.x >= a.x order by b.y nulls first, b.id limit 2 offset 1) l

select a.id, l.id, l.k from a left join lateral (select id, b.y + a.y as k from b where b.x >= a.x order by b.y + a.y desc, id limit 3) l on true

select a.id, l.id from a left join lateral (select id, y from b where b.x >= a.x order by id limit 2) l on l.y = a.y

select a.id, l.id from a, lateral (select id from b where b.x = a.x order by id limit 0) l

select a.id, l.id from a, lateral (select id from b where b.x = a.x order by id limit null offset 1) l

select a.id, l.n from a, lateral (select count(*) as n from (select 1 from b where b.x >= a.x limit 2) t) l

select a.id, l.id from a, lateral (select id from (select * from b where b.x >= a.x order by id limit 4 offset 1) t order by y nulls last, id limit 2) l

select a.id, l.id from a, lateral (select id from (select * from b where b.x >= a.x order by y nulls last, id limit 4) t limit 2 offset 1) l

select a.id, l.id from a, lateral (select * from (select * from b where b.x >= a.x order by id desc) t where t.y > 0 limit 2) l

select a.id, l.n from a, lateral (select count(*) as n from b where b.x = a.x) l

select a.id, l.y, l.n from a, lateral (select y, count(*) as n from b where b.x >= a.x group by y order by n desc, y nulls last limit 2) l

select a.id, l.y, l.n from a, lateral (select y, count(*) as n from b where b.x >= a.x group by rollup (y)) l

select a.id, l.y from a, lateral (select distinct y from b where b.x >= a.x) l

select a.id, l.y from a, lateral (select distinct y from b where b.x >= a.x order by y nulls last limit 2) l

select a.id, l.y, l.id from a, lateral (select distinct on (y) y, id from b where b.x >= a.x order by y nulls last, id desc) l

select a.id, l.y, l.id from a, lateral (select distinct on (y) y, id from b where b.x >= a.x order by y nulls last, id desc limit 2) l

select a.id, l.y from a, lateral (select y from b where b.x = a.x union all select y from c where c.x = a.x) l

select a.id, l.y from a, lateral (select y from b where b.x = a.x union select y from c where c.x = a.x order by y nulls last limit 2) l

select a.id, l.y from a, lateral (select y from b where b.x >= a.x intersect select y from c where c.x >= a.x) l

select a.id, l.y from a, lateral (select y from b where b.x >= a.x except all select y from c where c.x = a.x) l

select a.id, l.y from a, lateral ((select id, y from b where b.x >= a.x order by id limit 2) union all (select id, y from c where c.x >= a.x order by id desc limit 2)) l

select a.id, l.id, l.r from a, lateral (select id, row_number() over (order by y nulls last, id) as r from b where b.x >= a.x) l

select a.id, l.id, l.s from a, lateral (select id, sum(y) over (partition by x order by id) + a.id as s from b where b.x >= a.x order by id limit 3) l

select a.id, l.id from a, lateral (select id, rank() over (order by y) as r from b where b.x >= a.x) l where l.r <= 2

select a.id, l.b, l.c from a, lateral (select b.id as b, c.id as c from b left join c on c.x = b.x and c.y = a.y where b.x >= a.x) l

select a.id, l.b, l.c from a, lateral (select b.id as b, c.id as c from (select * from b where b.y = a.y) b left join (select * from c where c.y >= a.y) c on c.x = b.x) l

select a.id, l.b, l.c from a, lateral (select b.id as b, c.id as c from (select * from b where b.y = a.y) b right join (select * from c where c.y >= a.y) c on c.x = b.x) l

select a.id, l.b, l.c from a, lateral (select b.id as b, c.id as c from (select * from b where b.y = a.y) b full join (select * from c where c.y >= a.y) c on c.x = b.x) l

select a.id, l.b, l.c from a, lateral (select b.id as b, c.id as c from (select * from b where b.y = a.y) b full join c on c.x = b.x order by b.id nulls last, c.id nulls first limit 3) l

select a.id, l.v from a, lateral (values (a.x), (a.y), (7)) l(v)

select a.id, l.v from a left join lateral (select v from (values (a.x), (a.y), (a.id)) t(v) where v > 1 order by v desc limit 2) l on true

select a.id, l.n from a, lateral generate_series(1, a.x) l(n)

select a.id, l.n from a, lateral (select n from generate_series(1, a.id) t(n) limit 3 offset 1) l

select a.id, l.b, l.c from a, lateral (select b.id as b, k.id as c from b, lateral (select id from c where c.x = b.x and c.y >= a.y order by id limit 2) k where b.y >= a.y) l

select id from a where exists (select from b where b.x = a.x and exists (select from c where c.x = b.x and c.y = a.y))

select id, (select count(*) from b where b.x = a.x and b.y > (select min(c.y) from c where c.x = a.y)) from a

select id, (select sum((select count(*) from c where c.x = b.x and c.y >= a.y)) from b where b.y = a.y) from a

select id, (select max(n) from (select (select count(*) from c where c.y = a.y or c.x = b.x) as n from b) t) from a

select id, array(select (select c.id from c where c.x >= a.x and c.y >= b.y order by c.id limit 1 offset 1) from b where b.y = a.y order by b.id) from a

select a.id, l.n from a, lateral (with t as (select * from b where b.x >= a.x) select count(*) as n from t) l

select a.id, l.p, l.q from a, lateral (with t as materialized (select * from b where b.x >= a.x) select p.id as p, q.id as q from t p join t q on p.y = q.y) l

select a.id, (with t as materialized (select * from b where b.x >= a.x order by id limit 2) select count(*) from t p, t q) from a

select a.id, l.n, l.k from a, lateral (with t as materialized (select * from b where b.x >= a.x) select n, (select count(*) from t where t.y = n) as k from generate_series(0, 2) s(n)) l

select a.id, l.n from a, lateral (with recursive r(n) as (select a.x union all select n + 1 from r where n < 4) select n from r) l

select a.id, l.n from a, lateral (with recursive r(n) as (select a.x union select b.y from r join b on b.x = r.n and b.id >= a.id) select n from r) l

select id, (with recursive r(n) as (select 1 union all select n + 1 from r where n < a.id) select sum(n) from r) from a

with t as materialized (select * from b where y > 0) select a.id, l.id from a, lateral (select id from t where t.x >= a.x order by id limit 2) l

select a.id, l.y, l.z, l.n from a, lateral (select y, z, count(*) as n, sum(x) as s from b where b.x >= a.x group by cube (y, z)) l

select a.id, l.y, l.n, l.g from a, lateral (select y, count(*) as n, grouping(y) as g from b where b.x > a.x group by grouping sets ((y), ())) l

select a.id, l.id, l.e, l.o from a, lateral (select b.id, e, o from b, unnest(array[b.x, a.y, b.y]) with ordinality t(e, o) where b.x >= a.x order by b.id desc, o limit 4 offset 1) l

select id, array[x, y, id] from a

select a.id, l.r from a, lateral (select array_agg(y) as r from (select y from b where b.x >= a.x order by id desc) t) l

select a.id, l.r from a, lateral (select string_agg(z, ',') as r from (select z from b where b.x >= a.x order by y nulls last, id limit 3 offset 1) t) l

select string_agg(distinct (select max(b.z) from b where b.x >= a.x), ',' order by (select max(b.z) from b where b.x >= a.x) desc) from a
