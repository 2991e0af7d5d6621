create table t (a int not null, b text, c int, d numeric(8,2), e float8, f date, g boolean, primary key(a));
insert into t values (1,'x',10,1.50,1.5,'2024-01-01',true),(2,'x',20,2.25,-2,'2024-02-01',false),(3,'y',10,null,0.25,'2024-01-01',null),(4,null,30,-1,8,null,true),(5,'y',null,1.50,null,'2023-05-05',true),(6,'x',10,7,3,'2024-01-01',false)

select b, percentile_cont(0.5) within group (order by c) from t group by b

select percentile_cont(0.25) within group (order by e desc), percentile_cont(array[0, 0.3, 1]) within group (order by e) from t

select percentile_disc(0.25) within group (order by b desc), percentile_disc(array[0, 0.3, null, 1]) within group (order by f) from t

select b, percentile_disc(0.5) within group (order by d), mode() within group (order by c), mode() within group (order by d desc) from t group by b

select percentile_cont(0.5) within group (order by c) filter (where c > 10), percentile_cont(null) within group (order by c) from t

select percentile_cont(1.5) within group (order by c) from t

select percentile_cont(0.5) within group (order by c) from t where false

-- error 42809
select percentile_cont(0.5) from t

-- error 42809
select sum(a) within group (order by c) from t

select percentile_cont(c) within group (order by a) from t

select b, percentile_cont(0.5) within group (order by c), count(*) from t group by rollup(b) order by 1

select rank(15) within group (order by c), dense_rank(15) within group (order by c), percent_rank(15) within group (order by c), cume_dist(15) within group (order by c) from t

select rank(10) within group (order by c desc), dense_rank(10) within group (order by c desc nulls last), percent_rank(10) within group (order by c desc), cume_dist(10) within group (order by c desc nulls first) from t

select rank(null) within group (order by c), dense_rank(null) within group (order by c), cume_dist(null) within group (order by c nulls first) from t

select b, rank('x', 20) within group (order by b, c) from t group by b

select rank(10, 'x') within group (order by c desc, b), cume_dist(10, 'x') within group (order by c desc, b nulls first) from t

select b, rank(10) within group (order by c) filter (where a > 2), percent_rank(3) within group (order by a) filter (where a > 10) from t group by b

select rank() within group (order by c) from t

select bit_and(a), bit_or(c), bit_xor(a), bit_and(c::bigint), bit_or(a::smallint) from t

select b, bit_and(c), bit_xor(c) filter (where a > 1) from t group by b

select regr_count(c, a), regr_avgx(c, a), regr_avgy(c, a) from t

select b, round(corr(c, a)::numeric, 10), round(covar_pop(e, a)::numeric, 10), round(covar_samp(e, c)::numeric, 10) from t group by b

select b, round(regr_slope(e, a)::numeric, 10), round(regr_intercept(e, a)::numeric, 10), round(regr_r2(e, a)::numeric, 10), regr_sxx(e, a), round(regr_sxy(e, a)::numeric,10), round(regr_syy(e, a)::numeric,10) from t group by b

select corr(e, 'infinity'::float8), regr_r2(1, a), regr_slope(a, 1) from t

select b, string_agg(distinct c::text, ',' order by c::text desc), array_agg(distinct c order by c desc nulls last), array_agg(a order by c desc nulls last, a) from t group by b

select string_agg(b, ', ' order by a desc), array_agg(b order by f nulls first, a) filter (where a <> 3) from t

select sum(distinct c), avg(distinct d), count(distinct b), min(distinct b), array_agg(distinct g order by g), stddev(distinct c::float8), bool_and(distinct g), bit_xor(distinct c) from t

select b, sum(distinct c), avg(distinct d)::numeric(10,4), count(distinct c) filter (where a > 1), sum(distinct e), count(*), sum(c) from t group by b

select b, count(distinct c), count(distinct f), sum(a) from t group by b

select count(distinct (c + 1)), count(distinct c) from t

select every(g), bool_or(g), any_value(b) from t where a = 1

select var_pop(e), var_samp(e), stddev_pop(e), stddev_samp(e) from t

select avg(f - date '2023-01-01') from t

select array_agg(x order by x desc) from (values (interval '1 day'), (interval '24 hours'), (null)) v(x)

select percentile_disc(0.5) within group (order by x) from (values (interval '1 day'), (interval '2 hours'), (interval '3 hours')) v(x)

select percentile_cont(0.5) within group (order by a + 0.0), sum(percentile_cont(0.5) within group (order by c)) over () from t

select (select percentile_cont(0.5) within group (order by t.c) from (values (1)) v(x)) from t

select x.a, (select mode() within group (order by t.c) from t where t.b = x.b) from t x

select b, percentile_cont(0.5) within group (order by c) from t group by b having percentile_cont(0.5) within group (order by c) > 10 order by percentile_cont(0.5) within group (order by c)

-- duckdb
select b, median(c), quantile_cont(e, 0.3)::decimal(10, 4)::text, quantile_disc(a, 0.5), arg_min(b, a), max_by(a, e) from t group by b

-- duckdb
select product(a), first(a order by c desc nulls last, a desc), last(b order by a), approx_count_distinct(b) from t

-- duckdb
select b, first(c order by a desc), last(c order by a desc), count_if(c > 10) from t group by b

-- duckdb
select arg_max(a, c), arg_min(a, f), arg_min(c, a) from t

-- error 22003
select quantile_cont(c, 1.5) from t

-- error 42883
select median(b) from t

-- error 42601
select percentile_cont(distinct 0.5) within group (order by c) from t
