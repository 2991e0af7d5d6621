create table t (a int not null, b text, c int, primary key(a));
insert into t values (1,'x',10),(2,'x',20),(3,'y',10),(4,null,30),(5,'y',null)

select b, c, count(*) from t group by rollup(b, c) order by 1,2,3

select b, c, count(*), grouping(b), grouping(c), grouping(b,c) from t group by cube(b, c) order by 1,2,3,4,5

select b, c, sum(a) from t group by grouping sets ((b),(c),()) order by 1,2,3

select b, c, sum(a) from t group by grouping sets ((b),(b),()) order by 1,2,3

select b, c, sum(a) from t group by distinct grouping sets ((b),(b),(c)), rollup(b) order by 1,2,3

select b, c, sum(a) from t group by grouping sets ((b),(b),(c)), rollup(b) order by 1,2,3

select a+1, sum(c) from t group by rollup(a) order by 1,2

select a, b, c from t group by grouping sets ((a),(a)) order by 1,2

select a, b, c from t group by rollup(a) order by 1,2

select count(*) from t where false group by rollup(a)

select count(*), grouping(a) from t where false group by grouping sets ((a),(),())

select b, grouping(b) from t group by rollup(b) having grouping(b) = 1

select b, sum(c) from t group by rollup(b) order by grouping(b), b

select b, (select max(t2.a) from t t2 where t2.b = t.b) from t group by rollup(b) order by 1,2

select b, count(*) filter (where c > 10), count(distinct c) from t group by cube(b) order by 1

select grouping(c) from t group by b

select grouping(b) from t where grouping(b)=1 group by b

select coalesce(b,'all'), count(*) from t group by rollup(coalesce(b,'all')) order by 1,2

select b, c, count(*) from t group by grouping sets (rollup(b,c), cube(b)) order by 1,2,3

select b x, c, count(*) from t group by rollup(1, c) order by 1,2,3

select b x, c, count(*) from t group by rollup(x, (c, a)) order by 1,2,3

select b from t group by () 

select count(*) from t group by ()

select count(*) from t group by cube(a,b,c,a,b,c,a,b,c,a,b,c,a)

select * from (select b, c, count(*) n from t group by rollup(b,c)) s where b = 'x' order by 1,2

select * from (select b, c, count(*) n, grouping(c) g from t group by rollup(b,c)) s where g = 1 order by g, 1, n

select s.b, count(*) from (select b, c, count(*) n, grouping(c) g from t group by rollup(b,c)) s join t on t.b = s.b group by rollup(s.b) order by 1,2

select (select count(*) from (values (1),(2)) v(x) group by grouping sets ((), (x)) having x = t.c / 10) from t

select b, grouping(b, c, a) from t group by grouping sets ((a, b), (b, c), ())

select b, c, array_agg(a order by a desc) from t group by rollup(b, c) order by 1, 2

select b, avg(c), min(a), max(b), bool_or(a > 3), stddev(a::float8) from t group by cube(b, c)

select distinct b from t group by cube(b, c)

select b, count(*) from t group by grouping sets (b, (), b), grouping sets ((), c)

select b, c, count(*) from t group by b, rollup(c)

select q.b, q.n from (select b, count(*) as n from t group by rollup(b)) q where q.n > 1 and q.b is not null

select 1 from t group by grouping sets ((), ()) having count(*) > 0

select a, sum(c) from t group by rollup(a) having sum(c) is null

select t.b from t group by rollup(t.b) union all select t.b from t group by cube(t.b)

select exists (select 1 from t s where s.b = t.b) from t group by rollup(b)

select t.b, avg(t.c)::numeric(10, 3), count(distinct u.c), array_agg(u.a order by u.a) from t join t u on t.b = u.b group by cube(t.b, u.c)

select t.b, u.c, sum(t.c), min(u.b), max(t.a), bool_and(t.a > 2), bit_or(t.a), any_value(t.b), count(u.c), grouping(t.b, u.c) from t left join t u on t.a = u.a + 1 group by rollup(t.b, u.c)

select b, sum(c) filter (where a > 1), count(*) filter (where a > 100), sum(a::float8), sum(a::bigint) from t group by rollup(b)

select count(*), sum(a), max(b) from t where a > 100 group by grouping sets ((), (b), ())

select t.a, q.b, q.n from t, lateral (select u.b, count(*) as n from t u where u.a <= t.a group by rollup(u.b)) q order by 1, 2, 3

select b, count(*) from (select distinct b, c from t) q group by rollup(b)

with g as (select b, c, count(*) as n from t group by cube(b, c)) select x.b, x.n, y.n from g x join g y on x.b = y.b and x.c is null and y.c is null
