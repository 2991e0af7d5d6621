create table d (i int);
insert into d values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
create table t (a int);
insert into t select x.i + 10 * y.i + 100 * z.i + 1000 * w.i from d x, d y, d z, d w;

select count(*) between 850 and 1150 from t tablesample bernoulli (10) repeatable (1)

select count(*) between 4000 and 6000, count(distinct a) = count(*) from t tablesample bernoulli (50) repeatable (2.5)

select count(*) from t tablesample bernoulli (0)

select count(*) from t tablesample bernoulli (100)

select count(*) from t tablesample system (0) repeatable (1)

select count(*) from t tablesample system (100)

select (select sum(a) from t tablesample bernoulli (10) repeatable (1)) = (select sum(a) from t tablesample bernoulli (10) repeatable (1))

select (select sum(a) from t tablesample bernoulli (10) repeatable (1)) = (select sum(a) from t tablesample bernoulli (10) repeatable (2))

select (select sum(a) from t tablesample system (50) repeatable (1)) = (select sum(a) from t tablesample system (50) repeatable (1))

select count(*) > 300, min(x.a) >= 5000 from t x tablesample bernoulli (10) repeatable (3) join t y on x.a = y.a where y.a >= 5000

select count(*) from (select a from t tablesample bernoulli (30) repeatable (1)) q where a not in (select a from t)

select count(*) from t tablesample bernoulli (101)

select count(*) from t tablesample bernoulli (-1)

select count(*) from t tablesample bernoulli (null)

select count(*) from t tablesample bernoulli (1) repeatable (null)

select count(*) from t tablesample poisson (1)

select count(*) from t tablesample bernoulli (a)

-- duckdb
select count(*) from t tablesample reservoir(100 rows)

-- duckdb
select count(*), count(distinct a) from t tablesample reservoir(100000 rows)

-- duckdb
select count(*) from t using sample 25 rows

-- duckdb
select (count(*) between 850 and 1150)::int from (select a from t) q tablesample bernoulli (10%)

-- error 0A000
select count(*) from t tablesample bernoulli (10 rows)

-- error 0A000
select count(*) from t tablesample reservoir (10%)

-- error 2201W
select count(*) from t tablesample reservoir (-1 rows)
