create table big (a int, b bigint, c smallint, d date, e timestamp, n numeric(12,3), w numeric(30,2), t text, f float8);
insert into big select i, i::bigint * 1000000007 - 5000000000, (i % 100 - 50)::smallint, date '2020-01-01' + (i % 1000)::int, timestamp '2020-01-01' + i * interval '1 second', i * 0.125 - 1000, i * 1.5, 'x' || i, i * 0.5 from generate_series(1, 70000) s(i);
insert into big values (null, null, null, null, null, null, null, null, null), (-5, null, 999, '1999-12-31', null, 0, 0, null, 0);
create table holes (a int, b int);
insert into holes select i, case when i % 3 = 0 then i end from generate_series(1, 70000) s(i);
delete from holes where a < 10 or a > 69990;
update holes set b = -7 where a = 100;
create table nulls (a int, d date);
insert into nulls select null, null from generate_series(1, 10) s(i);
create table none (a int, d date);
create table gone (a int, d date);
insert into gone values (1, '2024-01-01');
delete from gone

select count(*) from big

select count(*), min(a), max(a), min(b), max(b), min(c), max(c), min(d), max(d) from big

select min(e), max(e), min(n), max(n), count(a), count(b), count(t), count(w) from big

select min(w), max(w), min(t), max(f) from big

select count(*), sum(a), min(a) from big

select count(*), max(a) filter (where a < 100) from big

select count(*), max(a + 1) from big

select count(*) + 1 as n, max(d) - min(d) as days from big

select count(distinct c), count(*) from big

select count(*) from holes

select count(*), count(b), min(a), max(a), min(b), max(b) from holes

select count(*), count(a), min(a), max(d) from nulls

select count(*), count(a), min(a), max(d) from none

select count(*), count(a), min(a), max(d) from gone

select x.a, (select count(*) from holes), (select max(a) from big) from nulls x

select * from (select count(*) as n from big) p, (select min(a) as m from holes) q

select count(*) from big having max(a) > 5
