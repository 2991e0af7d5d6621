create table t (a int, b text, c numeric(6,2));
insert into t values (1,'x',1),(1,'x',1),(1,'x',1),(2,null,2),(2,null,2),(3,'z',null);
create table u (a bigint not null, b text, d int);
insert into u values (1,'x',5),(1,'x',6),(2,null,1),(4,'w',9)

select a, b from t intersect all select a, b from u

select a, b from t except all select a, b from u

select a, b from u except all select a, b from t

select a from t intersect all select a from u

select b from t except all select b from u order by 1

select a, b from t intersect select a, b from u

select a, b from t except select a, b from u

select a from t union all select a from u order by a

select a from t union select a from u order by a desc limit 2

(select a from t except all select a from u) union all (select a from u intersect all select a from t) order by 1

select null except all select null

select null intersect all select 1

select sum(a) from (select a from t intersect all select a from u) q

select a from t where a in (select a from t intersect all select a from u where u.a = t.a)

select * from (select a, b from t except all select a, b from u) q where a = 1

select t.a, q.n from t, lateral (select count(*) as n from (select u.a from u where u.a >= t.a except all select 1) v) q

select a from t except all select b from u

select distinct on (b) b, a from t order by b, a desc

select distinct on (b) a, c from t order by b desc, c nulls first, a

select distinct on (a % 2) a, b from t order by a % 2, a desc, b

select distinct on (a, b) a from t order by a, b limit 2

select distinct on (b) b from t order by b limit 1 offset 1

select distinct on (b) b, count(*) from t group by b order by b

select distinct on (lower(b)) b, a, c from t order by lower(b) desc nulls last, a, c

select count(*) from (select distinct on (b) * from t) q

select distinct on (b) b, row_number() over (order by a) from t order by b, 2 desc

-- duckdb
select a, b from t union all by name select d, a from u

-- duckdb
select a, b from t union by name select b, a from u

-- duckdb
select count(*) from (select 1 as a union all by name select 2 as b union all by name select 3 as a) q where a is null

-- error 42702
select 1 as a union all by name select 2 as a, 3 as a
