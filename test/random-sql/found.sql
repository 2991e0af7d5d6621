-- Queries that once had a wrong answer, as they were found and made smaller; over the tiny data of seed 7000.

-- A full join's other side is empty: its columns stay nullable.
select a.u, a.y + 1 from a full join (select 1 as v where false) q on a.y = q.v

-- A join key that the pipeline had computed before its columns got the shape that several streams share.
select b, s from c full join a on k = s left join (select id from e) q(c1) on s is not distinct from q.c1 where (date '1969-12-31' < (select e7.d from e as e7)) is null

-- Groups that had gone to disk were lost.
select n, count(*) from g group by rollup (n)

select b.t, count(*) from b full join a on b.t = a.u group by b.t

-- Keys of an outer row, beside grouping sets that have them, too, got one column twice.
select b.id, q.n, q.v from b cross join lateral (select count(*), g.t from g where g.x = b.x group by grouping sets ((b.p, g.t), (g.t, g.x))) q(n, v)

-- A column that grouping sets leave out stays nullable where any_value stands for it below.
select c2, count(*) from (select distinct y, 1 from a) as q(c1, c2) group by grouping sets (c2, c2)

-- A lateral aggregate always has its row, which an outer join of nothing with it does not know before decorrelation.
select q.n, x from g left join lateral (select count(*) from b where b.x = g.x) q(n) on true left join (select 1 as v) r on null::boolean

-- An outer column in the select list of a subquery that stays one, over a join of which only one side counts.
select a.id from a left join (select string_agg(null::text, ',')) r on true where ok in (select distinct a.ok from (select b.id from b join c on b.x + 1 = c.x) q)

select b.id, l.x from b, (select string_agg(t, ',') from e where id = 1) r(t) left join lateral (select distinct e.x, r.t from g join e on g.x = e.id) l on true

-- Subqueries of the same text are the same expression.
select (select max(l) from c where b.t > c.l), count(*) from b group by (select max(l) from c where b.t > c.l)

select distinct x in (select k from c), exists (select 1 from c where k = b.x) as e from b order by x in (select k from c), e

select distinct (select max(l) from c where b.t > c.l) from b order by (select max(l) from c where b.t > c.l)
