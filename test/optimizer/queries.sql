-- Questions that the optimizer must not change the answers of, one a paragraph. Tables: see answers.test.ts.

select a.id, b.id from a, b where a.x = b.x

select a.id, b.id, c.id from a, b, c where a.x = b.x and b.y = c.y and a.id < 4

select a.id, c.z from a join c on a.id = c.id where c.z in ('p', 'q') and a.y is not null

select a.id, b.y from a left join b on a.x = b.x

select a.id, b.y from a left join b on a.x = b.x where b.y > 1

select a.id, b.y from a left join b on a.x = b.x and b.y > 1 and a.y = 2

select a.id, b.id from a left join b on a.x = b.x where b.id is null

select a.id, b.id, c.id from a left join (b join c on b.y = c.y) on a.x = b.x

select a.id, b.id, c.id from a left join b on a.x = b.x left join c on b.y = c.y where c.x >= 0 or c.x is null

select a.id, b.id, c.id from (a left join b on a.x = b.x) join c on c.id = a.y where coalesce(b.y, 1) = 1

select a.id, b.id from a full join b on a.x = b.x

select a.id, b.id from a full join b on a.x = b.x where a.id > 2

select c.id + 1, c.y, q.v from c full join (select 1 as v where false) q on c.y = q.v

select a.id, b.id from a full join b on a.x = b.x where b.id > 2

select a.id, b.id from a full join b on a.x = b.x and a.y = b.y where a.id > 1 and b.id > 1

select a.id, b.id from a right join b on a.x = b.x and a.y > 0

select a.id, b.id from a, b where a.x = b.x and (a.y = 1 and b.y = 2 or a.y = 2 and b.y = 1)

select a.id, b.id from a, b where (a.x = b.x and a.y = 1) or (a.x = b.x and b.y = 1)

select a.id from a where a.x = 1 and a.x = 2

select a.id from a where a.x > 3 and a.x < 2

select a.id from a where a.x in (1, 2, 3) and a.x > 1 and a.x <> 3

select a.id, b.id from a join b on a.x = b.x where a.x = 2

select a.id, b.id from a left join b on a.x = b.x where a.x = 2

select id from a where exists (select * from b where b.x = a.x)

select id from a where not exists (select * from b where b.x = a.x)

select id from a where exists (select * from b where b.x = a.x and b.y <> a.y)

select id from a where not exists (select * from b where b.x = a.x and b.y <> a.y)

select id from a where exists (select * from b where b.x > a.x)

select id from a where exists (select * from b where b.y = 3)

select id from a where not exists (select * from b where b.y = 30)

select id from a where exists (select 1 where a.x > 1)

select id from a where not exists (select 1 where a.x > 1)

select id from a where x in (select x from b)

select id from a where x not in (select x from b)

select id from a where x not in (select x from b where x is not null)

select id from a where y in (select y from b where b.x = a.x)

select id from a where y not in (select y from b where b.x = a.x)

select id from a where y not in (select y from b where b.x > a.x)

select id from a where id not in (select id from b where b.x = a.x)

select id from a where x in (select x from b) or y = 1

select id from a where x not in (select x from b where id < 4) or y = 1

select id from a where not (x in (select x from b where b.y = 1) and y = 1)

select id, x in (select x from b) from a

select id, x not in (select x from b where id < 3) from a

select id, y in (select y from b where b.x = a.x) from a

select id, y in (select y from b where b.x >= a.x) as m from a

select id, exists (select * from b where b.x = a.x), exists (select * from b where b.y > 100) from a

select id, case when exists (select * from b where b.x = a.x) then 'yes' else 'no' end from a

select id, (select max(y) from b) from a

select id, (select max(y) from b where b.x = a.x) from a

select id, (select count(*) from b where b.x = a.x) from a

select id, (select count(y) from b where b.x = a.x) from a

select id, (select count(*) + 1 from b where b.x = a.x and b.y = 1) from a

select id, (select sum(y) from b where b.x < a.x) from a

select id, (select count(*) from b where b.x < a.x) from a

select id, (select coalesce(sum(y), -1) from b where b.x = a.x) from a

select id, (select sum(b.y) + a.y from b where b.x = a.x) from a

select id, (select count(*) from b where b.x = a.x having count(*) > 1) from a

select id, (select count(*) from b where b.x = a.x having count(*) < 2) from a

select id, (select count(*) from b where b.x = a.x having count(*) > a.y) from a

select id from a where y > (select avg(y) from b where b.x = a.x)

select id from a where y = (select count(*) from b where b.x = a.x)

select id from a where 0 = (select count(*) from b where b.x = a.x)

select id from a where y < (select sum(y) from b where b.x = a.x) and x > 0

select id from a where y in (select count(*) from b where b.x = a.x)

select id from a where y not in (select count(*) from b where b.x = a.x)

select id from a where exists (select count(*) from b where b.x = a.x)

select id from a where exists (select count(*) from b where b.x = a.x having count(*) > 1)

select id from a where not exists (select count(*) from b where b.x = a.x having count(*) > 1)

select id from a where exists (select b.y from b where b.x = a.x group by b.y having count(*) > 1)

select id from a where y in (select max(y) from b where b.x = a.x group by b.y)

select id, (select b.y from b where b.id = a.id) from a

select id, (select b.y from b where b.id = a.y) from a

select id, (select b.y from b where b.id = a.id + 1 and b.x = a.x) from a

select id, (select b.y from b where b.x = a.x) from a

select id, case when x = 100 then (select b.y from b where b.x > a.id) else 0 end from a

select id, case when id > 2 then (select b.y from b where b.id = a.id) else (select c.x from c where c.id = a.id) end from a

select id, (select (select count(*) from c where c.x = b.x) from b where b.id = a.id) from a

select id from a where exists (select * from b where b.x = a.x and exists (select * from c where c.y = b.y and c.x = a.x))

select id from a where exists (select * from b where b.x = a.x and not exists (select * from c where c.y = b.y and c.x = a.x))

select id from a where not exists (select * from b where b.x = a.x and b.y in (select y from c where c.id > a.id))

select id from a where x > (select min(x) from b where b.y = (select max(y) from c where c.x = b.x and c.id <> a.id))

select id, (select count(*) from (select distinct b.y from b where b.x = a.x) d) from a

select id, (select count(*) from (select b.y from b where b.x = a.x union select c.y from c where c.x = a.x) d) from a

select id, (select count(*) from (select b.y from b where b.x = a.x union all select c.y from c where c.x = a.x) d) from a

select id, (select count(*) from b left join c on b.y = c.y and c.x = a.x) from a

select id, (select count(c.id) from b left join c on b.y = c.y where b.x = a.x) from a

select id, (select sum(n) from (select count(*) as n from b where b.x = a.x group by b.y) g) from a

select id, (select max(n) from (select b.y, count(*) as n from b where b.x <= a.x group by b.y) g) from a

select id, (select y from b where b.x = a.x order by b.id limit 1) from a

select id, (select y from b where b.x < a.x order by b.y, b.id limit 1) from a

select id from a where x = any (select x from b where b.y = a.y)

select id from a where x > all (select x from b where b.y = a.y)

select id from a where x <= all (select x from b)

select a.id, d.m from a, lateral (select max(b.y) as m from b where b.x = a.x) d

select a.id, d.n from a, lateral (select count(*) as n from b where b.x = a.x) d

select a.id, d.y from a, lateral (select b.y from b where b.x = a.x and b.y > a.y) d

select a.id, d.y from a left join lateral (select b.y from b where b.x = a.x and b.y > a.y) d on true

select a.id, d.s from a, lateral (select a.x + a.y as s) d where d.s > 2

select a.id, d.y from a left join lateral (select b.y from b where b.x < a.x order by b.y, b.id limit 1) d on d.y > 0

select x, count(*) from a group by x having count(*) > 1

select x, count(*) from a group by x having x > 1

select count(*), sum(x), max(y) from a where id > 100

select x, count(*) from a where id > 100 group by x

select x, y, count(*), sum(id) from a group by x, y

select a.id, a.x, a.z, count(b.id) from a left join b on a.x = b.x group by a.id, a.x, a.z

select a.id, a.z, sum(b.y), count(*), count(b.y), min(b.y) from a left join b on a.x = b.x group by a.id, a.z

select a.id, a.z, sum(b.y), count(*), count(b.y), max(b.y) from a join b on a.x = b.x group by a.id, a.z

select a.id, a.z, c.z, sum(b.y) from b join a on b.x = a.id join c on a.y = c.id group by a.id, a.z, c.z

select n, count(*) from (select a.id, count(b.id) from a left join b on a.x = b.x and b.y > 1 group by a.id) t (id, n) group by n

select b.x, count(*), min(a.z) from b, a where a.id = b.x group by b.x

select distinct a.x, b.y from a, b where a.x = b.x

select distinct x, y from a where exists (select distinct y from b where b.x = a.x)

select count(distinct y), count(y), sum(distinct x) from a

select x, count(distinct y) filter (where id > 2) from a group by x

select a.x from a union select b.x from b

select a.x from a union all select b.x from b where b.x > 1

select x from (select x, y from a union all select x, y from b) u where y = 1

select x from (select x, y from a union select x, y from b) u where y = 1 and x in (select id from c)

select x from a intersect select x from b

select x, y from a except select x, y from b

select x from a where y = 1 intersect select x from b where y = 2 union all select 7

select a.id, t.k from a, (select id + 1 as k, x from b) t where t.k = a.id and t.x is not null

select a.id from a, b, c where a.x = b.x and b.x = c.x and c.x = 1

select a.id, b.id, c.id from a, b, c where a.id + b.id = c.id

select a.id, b.id from a, b where a.x + 1 = b.x and a.y = b.y

select a.id, b.id, c.id, d.id from a, b, c, a as d where a.x = b.x and b.y = c.y and c.x = d.x and d.id = a.id

select a.id, b.id, c.id, d.id from a left join b on a.x = b.x left join c on a.y = c.y join b d on d.id = a.id

select a.id from a where a.x = (select max(x) from b) and exists (select * from c where c.x = a.x) and a.y not in (select y from c where y is not null)

select a.id, (select count(*) from b where b.x = a.x and b.y = (select max(c.y) from c where c.x = b.x)) from a

select id from a order by x nulls first, id limit 3

select id from a order by y desc, id offset 2

select a.id, b.y from a left join b on a.id = b.id order by a.id limit 4

select * from (select id from a order by id limit 3) t where id > 1

select id from (select id, x from a order by id limit 4) t where x > 0 order by id

select id from (select * from a union all select * from b) u order by id limit 5

with t as (select x, count(*) as n from a group by x) select t.n, u.n from t join t as u on t.x = u.x where t.n > 1

with t as (select x, sum(y) as s from b group by x) select x from t where s = (select max(s) from t)

values (1, 2), (3, (select count(*) from a)), (4, null)

select (select count(*) from a), (select max(x) from b where y > 100), exists (select * from c)

select a.id, b.id from a join b on a.x = b.x and a.y in (select y from c where c.x = b.x)

select a.id, b.id from a left join b on a.x = b.x and b.y in (select y from c)

select a.id, b.id from a left join b on a.x = b.x and exists (select * from c where c.x = a.x and c.y = b.y)

select a.x, sum((select count(*) from b where b.x = a.x)) from a group by a.x

select a.x, count(*) from a group by a.x having count(*) > (select count(*) from b where b.x = a.x)

select id from a order by (select count(*) from b where b.x = a.x), id

select id from a where coalesce(x, 0) = 0 or not (x > 1 and y < 2)

select id from a where (x = 1 or x = 2 or x = 3) and (y = 1 or y is null)

select id from a where cast(x as bigint) < 2.5 and cast(x as numeric) >= 0.5

select id from a where d <= timestamp '2020-01-03 12:00:00' and d > timestamp '2020-01-01 00:00:00'

select id from a where z like 'p%' or z not like '%q%'

select id from a where x is distinct from y

select a.id, b.id from a join b on a.x is not distinct from b.x

select a.id, b.id from a left join b on a.x is not distinct from b.x and a.y = b.y

select distinct on (x) x, id from a order by x, id

select distinct on (x) x, y from a order by x, y desc nulls last, id

select a.id from a where a.x in (select b.x from b group by b.x having sum(b.y) > 2)

select a.id, a.z, sum(b.id) from a, b where a.x in (select b.x from b group by b.x having count(*) > 1) and a.id = b.x group by a.id, a.z

select a.id, (select max(m) from (select max(c.y) as m from c where c.x = a.x group by c.id having count(*) > 0) t) from a

select a.id from a where (select count(*) from b where b.x = a.x) > (select count(*) from c where c.x = a.x)

select a.id, (select string_agg(b.z, ',' order by b.id) from b where b.x = a.x) from a

select a.id, array(select b.y from b where b.x = a.x order by b.id) from a

select a.id, array(select b.id from b where b.x = a.x order by b.id desc limit 2) from a

select a.id, u.e from a, unnest(array[a.x, a.y]) as u(e)

select a.id, u.e from a left join lateral unnest(array[a.x, a.y]) as u(e) on u.e > 1

select a.id, (select max(e) from unnest(array[a.x, a.y, 2]) as u(e)) from a

select a.id from a where 2 in (select e from unnest(array[a.x, a.y]) as u(e))

select a.id from a where x in (select x from b where b.id in (select id from c where c.y = b.y))

select a.id from a, b where a.id = b.id and b.y > (select avg(c.y) from c where c.x = a.x)

select x, y from a where (x, y) in (select x, y from b)

select x, y from a where (x, y) not in (select x, y from b where x is not null and y is not null)

select x, x - 1, x + y, count(*) from a group by x, x - 1, x + y

select id, x, x + 1, z, count(*) from a group by id, x, x + 1, z

select x + 1, count(*) from a group by x, x + 1 having x + 1 > 1

select * from a order by x, id limit 3

select a.z, b.z, b.d from a left join b on a.x = b.id order by a.y, a.id limit 4

select a.id, a.z, a.d, sum(b.y) from a join b on a.id = b.x group by a.id, a.z, a.d order by 4, 1 limit 2

select * from (select a.z, a.d, b.z as bz, a.id from a full join b on a.x = b.x order by a.id, b.id limit 5 offset 1) s where z is not null

select a.id, (select z from b where b.x >= a.x order by b.y, b.id limit 1) from a

select id, row_number() over (partition by x order by y, id) from a

select id, rank() over (order by x), dense_rank() over (order by x desc), percent_rank() over (order by y, x), cume_dist() over (partition by z order by x) from a

select id, ntile(3) over (order by id), ntile(100) over (order by id), ntile(1) over (), ntile(null) over () from a

select id, ntile(0) over () from a

select id, lag(x) over (order by id), lead(x, 2) over (order by id), lag(x, 1, -1) over (order by id), lead(x, -1) over (order by id), lag(x, y) over (order by id), lag(z, 0) over (order by id) from a

select id, first_value(x) over (order by y, id), last_value(x) over (order by y), nth_value(id, 2) over (order by y rows between unbounded preceding and unbounded following exclude current row) from a where y is not null

select id, nth_value(x, 0) over (order by id) from a

select id, nth_value(x, y + 1) over (order by id rows between unbounded preceding and unbounded following) from a

select id, sum(x) over (order by id), (6 * avg(x) over (partition by z order by id rows 1 preceding))::integer, count(*) over (), min(y) over (order by id rows between 1 preceding and 1 following), max(z) over (order by y range between current row and unbounded following) from a

select id, string_agg(z, ',') over (order by id rows between 2 preceding and current row), array_agg(x) over (order by id rows between current row and 1 following) from a

select id, count(*) over (order by x range between 1 preceding and 1 following), sum(id) over (order by x desc nulls last range between 1 preceding and 2 following), count(y) over (order by x nulls first range between unbounded preceding and 1 preceding), count(*) over (order by x range between 1 following and 2 following) from a

select id, count(*) over (order by d range between interval '1 day' preceding and current row), count(*) over (order by d desc range between '2 days' preceding and '1 day' preceding) from a

select id, count(*) over (order by x groups between 1 preceding and 1 following exclude current row), count(*) over (order by x groups between 2 preceding and 1 preceding), count(*) over (order by x groups between 1 following and unbounded following exclude ties), count(*) over (order by x groups between current row and 1 following exclude group) from a

select id, count(*) over (order by x range unbounded preceding exclude ties) from a

select id, sum(id) over (order by x, id rows between 3 following and 5 following), sum(id) over (order by id rows between 5 preceding and 3 preceding), max(id) over (order by id rows between 2 following and 1 following), count(*) over (order by id rows between 1 preceding and 2 preceding) from a

select id, sum(x) over (order by id rows between -1 preceding and current row) from a

select id, sum(x) over (order by id rows between current row and null following) from a

select id, sum(x) over (order by x range between -1 preceding and current row) from a

select id, sum(x) over (order by x range between null preceding and current row) from a

select sum(x) over (rows between -1 preceding and current row) from a where id < 0

select id, count(*) filter (where x > 1) over (order by id), sum(y) filter (where z = 'p') over (partition by x) from a

select x, sum(y), sum(sum(y)) over (order by x), rank() over (order by sum(y) desc, x), count(*) over () from a group by x having count(*) >= 1

select sum(count(*)) over () from a

select id from a order by row_number() over (order by y desc, id) desc

select distinct x, count(*) over (partition by x) from a

select distinct on (rank() over (order by x)) id from a order by rank() over (order by x), id

select s.id, s.n from (select id, x, row_number() over (partition by x order by id) as n from a) s where s.x = 1

select s.id, s.n from (select id, x, row_number() over (partition by x order by id) as n from a) s where s.n <= 2

select s.id, s.n from (select id, x, rank() over (partition by x order by y) as n from a) s where n = 1 and x > 0

select s.id, s.n from (select id, x, y, rank() over (partition by x + 1 order by y) as n from a) s where x + 1 = 2

select s.x, t.id from (select x, row_number() over (order by x, id) as n from a) s join b t on t.id = s.n

select id, (select max(r) from (select rank() over (order by b.y) as r from b where b.x = a.x) q) from a

select id, (select count(*) from (select sum(b.y + a.x) over (order by b.id) as r from b) q where r > 3) from a

select a.id, q.id, q.n from a, lateral (select b.id, row_number() over (order by b.y, b.id) as n from b where b.x = a.x) q

select a.id from a where exists (select 1 from (select row_number() over (order by b.id) as n, b.x from b) q where q.n = 2 and q.x = a.x)

select sum((select max(b.y) from b where b.x = a.x)) over (partition by a.z order by a.id), a.id from a

select id, sum(x) over w, sum(y) over (w rows 1 preceding), count(*) over (v order by id) from a window w as (order by id), v as (partition by x)

select id, sum(x) over (partition by 1 order by 2 rows unbounded preceding) + 0 * id from a where x is null

select id, row_number() over (order by id) from a union all select id, rank() over (order by x, id) from b

select id, sum(n) over (order by n, id) from (select id, row_number() over (partition by z order by id) as n from a) s

select id, (6 * avg(x) over (order by id rows between 1 preceding and 1 following))::integer, sum(x::numeric(10,2)) over (order by id range between 1 preceding and current row), stddev_pop(x) over (order by id) is null from a

select id, bool_and(x > 0) over (order by id rows 1 preceding), bool_or(x > 1) over (order by id), count(distinct x) from a group by id, x

select id, first_value(z) over (partition by x order by y nulls first, id desc), lag(d) over (partition by x order by id), lead(d, 1, date '2000-01-01') over (partition by x order by id) from a

select id, count(*) over (partition by x, y order by z range between unbounded preceding and current row exclude group) from a

select id, sum(id) over (order by x::float8 range between 0.5 preceding and 1 following), sum(id) over (order by x::bigint range 1 preceding), sum(id) over (order by x::numeric / 2 range between 0.5 preceding and 0.5 following) from a

select a.x, a.y, count(*) from a group by rollup(a.x, a.y)

select a.x, b.y, sum(b.id), grouping(a.x, b.y) from a join b on a.x = b.x group by cube(a.x, b.y)

select q.x, q.n from (select x, y, count(*) as n, grouping(y) as g from a group by rollup(x, y)) q where q.g = 1 and q.x > 0

select q.x from (select x, y from a group by grouping sets ((x), (x, y))) q where q.x = 2

select a.id, (select count(*) from b where b.x = a.x group by rollup(b.y) order by 1 limit 1) from a

select a.id from a where exists (select b.y from b where b.x = a.x group by grouping sets ((b.y), ()))

select q.id, q.z from (select id, z, count(*) from a group by rollup(id, z)) q left join b on b.id = q.id where b.x is null

select c.y, count(distinct c.x), grouping(c.y) from c left join a on a.id = c.y group by grouping sets ((c.y), (c.y, a.z), ())

select a.x + 1, count(*) from a group by rollup(a.x + 1, a.x) having grouping(a.x) = 0

select count(*), sum(t15.id), sum(t7.x) from a t0 join b t1 on t0.id = t1.id join c t2 on t0.id = t2.id join a t3 on t2.id = t3.y left join b t4 on t0.id = t4.id join c t5 on t4.id = t5.id join a t6 on t0.id = t6.y join b t7 on t6.id = t7.id join c t8 on t0.id = t8.id left join a t9 on t8.id = t9.y join b t10 on t0.id = t10.id join c t11 on t10.id = t11.id join a t12 on t0.id = t12.y join b t13 on t12.id = t13.id left join c t14 on t0.id = t14.id join a t15 on t14.id = t15.y

select s0.id, s13.z from a s0, b s1, c s2, a s3, b s4, c s5, a s6, b s7, c s8, a s9, b s10, c s11, a s12, b s13 where s0.id = s1.id and s1.id = s2.id and s2.id = s3.id and s3.id = s4.id and s4.id = s5.id and s5.id = s6.id and s6.id = s7.id and s7.id = s8.id and s8.id = s9.id and s9.id = s10.id and s10.id = s11.id and s11.id = s12.id and s12.id = s13.id and s3.x <= s9.y and exists (select 1 from b e where e.id = s5.id and e.y < s6.id + 3) and not exists (select 1 from c e where e.id = s8.id and e.x = s1.y) and s4.y in (select x from a) order by s0.id

select x, y from a intersect all select x, y from b

select x from a except all select x from b

select q.x, count(*) from (select x, y from a except all select x, y from c) q where q.x > 0 group by q.x

select a.id from a where exists (select x from b where b.y = a.y intersect all select x from c)

select distinct a.x from a join b on a.x = b.x

select distinct a.x from a join b on a.x = b.x join c on c.y = b.y where c.id < 5

select b.y, max(a.id), min(a.y) from a join b on a.x = b.x join c on a.y = c.y and c.x > b.x group by b.y

select b.y, count(distinct a.id), bool_or(a.x = 1) from a, b, c where a.x = b.x and c.id = b.id group by b.y

select b.y, sum(a.id), max(a.y) from a join b on a.x = b.x group by b.y

select a.id from a where exists (select 1 from b join c on b.x = c.x where b.y = a.y)

select a.id from a where a.x not in (select b.x from b join c on b.id = c.id where b.x is not null)

select a.id, a.x, b.id from a left join b on a.x = b.x order by a.y nulls first, a.id, b.id limit 4

select a.id, c.z from a left join b on a.id = b.id left join c on c.id = a.x order by a.d desc, a.id limit 3 offset 1

select a.id, (select max(b.y) from b where b.x = a.x) as m from a order by a.id desc limit 2

select a.id, a.x, a.y from a order by a.id, a.x, a.y + 1

select a.id, b.id from a join b on a.id = b.id where a.x = 1 order by a.x, b.id, a.id, a.z

select x, y, count(*) from a where y = 2 group by x, y order by y, x, count(*)

select x, count(distinct y), count(*), sum(id), avg(id), min(z) from a group by x

select count(distinct z), sum(distinct y), count(*), max(d) from a where y = 3

select x, count(distinct y) filter (where id > 2), sum(distinct y) filter (where id < 9), count(z) from a group by x

select a.x, count(distinct b.y), count(*) from a join b on a.x = b.x group by a.x

select a.id, count(distinct b.y), count(b.id) from a left join b on a.x = b.x group by a.id

select x, count(distinct id), min(distinct y), count(distinct z) from a group by x

select a.id, (select count(distinct b.y) + count(*) from b where b.x = a.x) from a

select sum(n) from (select count(distinct y) as n, x from a group by x having count(*) > 1) q where x > 1
