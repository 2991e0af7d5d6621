create table t (a int not null, b text, c int, d numeric(8,2), e float8, f date, g boolean, h bigint, primary key(a));
insert into t values (1,'x',10,1.50,1.5,'2024-01-01',true,9000000000000000000),(2,'x',20,2.25,-2,'2024-02-01',false,9000000000000000000),(3,'y',10,null,0.25,'2024-01-01',null,-9000000000000000000),(4,null,30,-1,8,null,true,null),(5,'y',null,1.50,null,'2023-05-05',true,9000000000000000000),(6,'x',10,7,3,'2024-01-01',false,7),(7,null,30,-1,0,null,null,8),(8,'z',null,null,null,null,null,null)

select count(distinct c), sum(distinct c), avg(distinct c) from t

select b, count(distinct c), sum(distinct c), avg(distinct c) from t group by b

select b, count(distinct c), count(*), count(d), sum(d), avg(d)::numeric(30,12), avg(c), avg(a), min(f), max(e), bool_and(g), bool_or(g) from t group by b

select count(distinct c), count(*), count(d), sum(d), avg(d), min(f), max(b) from t

select count(distinct c), count(*), count(d), sum(d), avg(d), min(f), max(b) from t where false

select b, count(distinct c), count(*), avg(d) from t where false group by b

select b, sum(h), avg(h)::numeric(30,0), count(distinct c) from t group by b

select b, sum(distinct h), avg(distinct h)::numeric(30,0), count(distinct h), max(h) from t group by b

select b, count(distinct c) filter (where a > 2), count(*), sum(c) filter (where c > 10) from t group by b

select b, count(distinct c) filter (where a > 2), sum(distinct c) filter (where a > 2) from t group by b

select b, count(distinct c) filter (where a > 2), sum(distinct c) filter (where a < 4), count(distinct c) from t group by b

select count(distinct c) filter (where a > 2), count(distinct c) filter (where false), avg(distinct c), avg(d) filter (where false) from t

select count(distinct 10 / (c - 10)) filter (where c <> 10), count(*) from t

select count(distinct 10 / (c - 10)) filter (where c <> 10), count(distinct 10 / (c - 10)) filter (where c > 10) from t

select count(distinct 10 / (c - 10)) from t

select b, count(distinct c), count(distinct d) from t group by b

select b, count(distinct c), count(distinct d), sum(a) from t group by b having count(distinct c) > 1 or count(*) > 1

select b, count(distinct b), count(distinct upper(b)), sum(c) from t group by b

select b, count(distinct a), min(distinct c), max(distinct d), bool_or(distinct g) from t group by b

select b, c, count(distinct d), sum(a) from t group by b, c

select length(b), count(distinct b || c), sum(a + 1) from t group by length(b)

select b, g, count(distinct c), count(*), grouping(b, g) from t group by cube(b, g)

select g, count(distinct c), stddev_pop(d)::numeric(20,6) from t group by g

select b, array_agg(distinct c order by c), count(distinct c) from t group by b

select b, string_agg(distinct b, ',' order by b), count(distinct c) from t group by b

select count(distinct c + n), sum(n) from t, (values (1), (2), (2)) v(n)

select count(distinct e), sum(distinct e), count(e), sum(e) from t

select count(distinct case when v then 0.0::float8 else -0.0::float8 end), count(distinct n) from (values (true, 'NaN'::float8), (false, 'NaN'::float8), (false, null)) w(v, n)

select count(distinct null), count(*) from t

select x.b, (select count(distinct y.c) from t y where y.b = x.b), (select sum(distinct y.c) + count(*) from t y where y.b = x.b) from t x

select b, count(distinct c) * 2 as n, rank() over (order by count(distinct c), b) from t group by b order by b

select count(distinct s.c), sum(s.d) from (select distinct c, d from t) s

select sum(x), sum(distinct x), count(distinct x) from (values (2147483647), (2147483647), (1)) v(x)

select count(distinct b) + count(*) from t group by g having count(distinct b) > 0
