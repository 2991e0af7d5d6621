create table t (a int, b int, c varchar);
insert into t values (1, 2, 'x'), (1, 3, 'y'), (2, 5, 'x'), (null, 7, 'z');
create table u (id int, Name varchar);
insert into u values (1, 'one'), (2, 'two')

-- duckdb
select a + 1 as x, x * 2 as y from t where x > 1

-- duckdb
select a + 1 as x, sum(b) as s, s * 2 as d from t group by x having d > 5 order by d + 1, x

-- duckdb
select b as x, sum(x) over (order by x) as w, w + 1 from t

-- duckdb
select a as b, b + 1 as z from t

-- duckdb
select c as k, k || k as kk, count(*) from t group by all

select a as x, x + 1 from (select 1 as a, 7 as x) q

-- error 42803
select sum(b) as s, max(s) from t

-- error 42703
select y as x, 1 as y from t

select b from t order by b fetch first 2 rows with ties

select a, b from t order by a fetch first 1 row with ties

select a from t order by a offset 1 rows fetch next 1 row with ties

select a from t order by a desc fetch first row with ties

select a, count(*) from t group by a order by count(*) desc, a fetch first 2 rows with ties

select distinct a from t order by a fetch first 2 rows with ties

values (1), (2), (2), (3) order by 1 fetch first 2 rows with ties

select a from t union all select b from t order by 1 fetch first 3 rows with ties

select a from t fetch first row with ties

select a from t order by a fetch first null rows with ties

-- duckdb
select count(*) from (select * from generate_series(1, 7) limit 33.4%)

-- duckdb
select b from t order by b desc limit 50%

-- duckdb
select * from generate_series(1, 7) limit 90% offset 2

-- duckdb
select columns('a|b') from t

-- duckdb
select columns('a|b') + 1 from t

-- duckdb
select columns(*) from t

-- duckdb
select min(columns(*)), max(columns('b')) from t

-- duckdb
select columns(* exclude (c)) from t

-- duckdb
select columns(k -> k like 'a%' or k = 'c') from t

-- duckdb
select columns(['a', 'b']) from t

-- duckdb
select coalesce(*columns(['a', 'b'])) from t

-- duckdb
select greatest(*columns('a|b'), 3) from t

-- duckdb
select a, b from t where columns('a|b') > 1

-- duckdb
select col_a + 1 from (select columns('(a|b)') as "col_\1" from t) q

-- error 42703
select columns('zz') from t

-- duckdb
select t.a, u.id from t positional join u

-- duckdb
select u.id, v.x from u positional join (values (7), (8), (9)) v(x)

-- duckdb
select ('abc').upper()

-- duckdb
select c.upper().lower() from t

select unnest(array[1, 2, 3])

select id, unnest(array[id, id * 10]) from u

select id, unnest(array[id, null]), unnest(array['p', 'q', 'r']) from u order by 1, 3

select id, generate_series(1, id) from u

select id, generate_series(1, id) * 2 + 1 as g from u order by g desc, id

select a, sum(b), unnest(array[count(*), 7]) from t group by a order by 1, 3

select distinct unnest(array[a, 1]) from t

select unnest(array[a, b]) as x, count(*) over () from t order by x limit 3

select unnest(array[]::int[]), 1

select unnest(null::int[])

select generate_series(1, 3), generate_series(1, 2)

select * from unnest(array[1, 2, 3], array['a', 'b'])

select * from unnest(array[1, 2], array['a', 'b', 'c']) with ordinality as v(n, s, i)

select u.id, v.* from u, unnest(array[u.id, 5], array[u.name]) v(x, y)

select u.id, v.x from u left join unnest(array[]::int[], array[]::int[]) v(x, y) on true

select a from t where unnest(array[true, false])

select sum(unnest(array[1, 2])) from t

select count(*) from t group by a having unnest(array[true])

select s, p, s similar to p from (values ('abc', 'abc'), ('abc', 'a'), ('abc', '%(b|d)%'), ('abc', '(b|c)%'), ('a.c', 'a.c'), ('axc', 'a.c'), ('ab', 'a_'), ('aab', 'a{2}b'), ('a^b$', 'a^b$'), ('a-1', '[a-c]-[0-9]'), ('x', '[^a-c]'), ('', '%'), ('a', ''), ('é', '_'), ('abab', '(ab)+')) v(s, p)

select 'a%c' similar to 'a\%c', 'abc' similar to 'a\%c', 'a%c' similar to 'a#%c' escape '#', 'abc' not similar to 'a#%c' escape '#', null similar to 'a', 'a\c' similar to 'a\c' escape ''

select 'a' similar to 'a' escape 'xy'

-- duckdb
select s, p from (values ('abc', 'a*'), ('abc', 'a?c'), ('abc', 'a[b-d]c'), ('abc', 'a[!b]c'), ('a.c', 'a.c'), ('axc', 'a.c'), ('a+c', 'a+c'), ('', '*'), ('a*', 'a\*'), ('ab', 'a\*')) v(s, p) where s glob p
